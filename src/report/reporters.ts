import type { Report } from './context.ts';

export interface Reporter {
  description: string;
  /** Written for programs: stdout then holds that document and nothing else. */
  machine: boolean;
  load(): Promise<Report>;
}

/** Every format by name. Each is loaded when it is asked for. */
export const reporters: Readonly<Record<string, Reporter>> = {
  pretty: {
    description: 'findings with their code, table, score, next steps (default)',
    machine: false,
    load: async () => (await import('./pretty.ts')).pretty,
  },
  concise: {
    description: 'one line a finding',
    machine: false,
    load: async () => (await import('./concise.ts')).concise,
  },
  agent: {
    description: 'one line a finding, for coding agents',
    machine: true,
    load: async () => (await import('./agent.ts')).agent,
  },
  json: {
    description: 'the whole result; schema/scan-result.schema.json',
    machine: true,
    load: async () => (await import('./json.ts')).json,
  },
  ndjson: {
    description: 'one JSON value a line',
    machine: true,
    load: async () => (await import('./ndjson.ts')).ndjson,
  },
  sarif: {
    description: 'SARIF 2.1.0, for GitHub code scanning and viewers',
    machine: true,
    load: async () => (await import('./sarif.ts')).sarif,
  },
  github: {
    description: 'annotations of GitHub Actions, the report in the log',
    machine: true,
    load: async () => (await import('./github.ts')).github,
  },
  azure: {
    description: 'issues of Azure Pipelines, the report in the log',
    machine: true,
    load: async () => (await import('./azure.ts')).azure,
  },
  teamcity: {
    description: 'inspections of TeamCity',
    machine: true,
    load: async () => (await import('./teamcity.ts')).teamcity,
  },
  gitlab: {
    description: 'GitLab Code Quality',
    machine: true,
    load: async () => (await import('./gitlab.ts')).gitlab,
  },
  junit: { description: 'JUnit XML', machine: true, load: async () => (await import('./junit.ts')).junit },
  checkstyle: {
    description: 'Checkstyle XML',
    machine: true,
    load: async () => (await import('./checkstyle.ts')).checkstyle,
  },
  rdjson: {
    description: 'reviewdog, with suggestions',
    machine: true,
    load: async () => (await import('./rdjson.ts')).rdjson,
  },
  sonar: {
    description: 'SonarQube generic issues (10.3 and later)',
    machine: true,
    load: async () => (await import('./sonar.ts')).sonar,
  },
  markdown: {
    description: 'for job summaries and pull request comments',
    machine: true,
    load: async () => (await import('./markdown.ts')).markdown,
  },
  badge: {
    description: 'the score as a small SVG picture, for a README',
    machine: true,
    load: async () => (await import('./badge.ts')).badge,
  },
  html: {
    description: 'one page with map, filters, code and fixes, for a browser; loads and sends nothing',
    machine: true,
    load: async () => (await import('./html/html.ts')).html,
  },
};
