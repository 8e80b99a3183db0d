/** Calls that lend a connection, by what they are called on. */
interface Acquisition {
  modules: readonly string[];
  /** The receiver's steps, then the method. */
  method: RegExp;
}

export const acquisitions: readonly Acquisition[] = [
  {
    modules: ['pg', 'pg-pool', '@neondatabase/serverless'],
    method: /(?:^|\.)Pool\.new\.connect$|^new\.connect$/,
  },
  {
    modules: ['mysql', 'mysql2', 'mysql2/promise', 'mariadb', 'oracledb'],
    method: /createPool(?:Cluster)?\.\(\)\.(?:promise\.\(\)\.)?getConnection$|^Pool\.new\.getConnection$/,
  },
  { modules: ['oracledb'], method: /^\.getConnection$/ },
  { modules: ['generic-pool'], method: /createPool\.\(\)\.acquire$/ },
  { modules: ['tarn'], method: /Pool\.new\.acquire(?:\.\(\)\.promise)?$/ },
  { modules: ['typeorm'], method: /\.createQueryRunner$/ },
  { modules: ['knex'], method: /\.client\.acquireConnection$/ },
  { modules: ['neo4j-driver'], method: /(?:^|\.)driver\.\(\)\.session$|^Driver\.new\.session$/ },
  { modules: ['postgres'], method: /^\(\)\.reserve$/ },
  { modules: ['mongodb', 'mongoose'], method: /(?:^|\.)startSession$/ },
];
