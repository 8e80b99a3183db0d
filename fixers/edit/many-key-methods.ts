import type { Fix } from '../../src/model/fixer.ts';

/** A method that gives one row or the rows of a key: where its condition stands, and its twin for many keys. */
export interface Twin {
  all: string;
  where: 'option' | 'argument' | 'primary key';
  isList?: true;
}

/** How a library asks for the rows of many keys. */
export interface Library {
  among(keys: string): string;
  methods: Record<string, Twin>;
  isByText: boolean;
  primaryKey: string;
  imports?: Fix['imports'];
}

/** By the name of the library. */
export const libraries: Record<string, Library> = {
  prisma: {
    among: (keys) => `{ in: ${keys} }`,
    methods: {
      findUnique: { all: 'findMany', where: 'option' },
      findFirst: { all: 'findMany', where: 'option' },
      findMany: { all: 'findMany', where: 'option', isList: true },
    },
    isByText: false,
    primaryKey: 'id',
  },
  typeorm: {
    among: (keys) => `In(${keys})`,
    methods: {
      findOne: { all: 'find', where: 'option' },
      findOneBy: { all: 'findBy', where: 'argument' },
      find: { all: 'find', where: 'option', isList: true },
      findBy: { all: 'findBy', where: 'argument', isList: true },
    },
    isByText: false,
    primaryKey: 'id',
    imports: [{ module: 'typeorm', name: 'In' }],
  },
  sequelize: {
    among: (keys) => keys,
    methods: {
      findByPk: { all: 'findAll', where: 'primary key' },
      findOne: { all: 'findAll', where: 'option' },
      findAll: { all: 'findAll', where: 'option', isList: true },
    },
    isByText: true,
    primaryKey: 'id',
  },
  mongoose: {
    among: (keys) => `{ $in: ${keys} }`,
    methods: {
      findById: { all: 'find', where: 'primary key' },
      findOne: { all: 'find', where: 'argument' },
      find: { all: 'find', where: 'argument', isList: true },
    },
    isByText: true,
    primaryKey: '_id',
  },
};
