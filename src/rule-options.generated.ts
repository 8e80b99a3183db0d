export interface RuleOptionTypes {
  'no-leaked-interval': Record<string, never>;
  'no-leaked-timeout': Record<string, never>;
  'no-uncleared-deadline': Record<string, never>;
  'no-unbounded-cache': Record<string, never>;
  'no-client-per-request': Record<string, never>;
  'no-naive-pool': Record<string, never>;
  'no-unreleased-connection': Record<string, never>;
}
