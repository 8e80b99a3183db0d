export interface RuleOptionTypes {
  'no-leaked-interval': Record<string, never>;
  'no-leaked-timeout': Record<string, never>;
}
