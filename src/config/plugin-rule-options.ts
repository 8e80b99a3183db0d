/**
 * Options of rules that plugins bring, by rule id. A plugin adds its own, so that `defineConfig` knows them:
 * `declare module 'plimsoll' { interface PluginRuleOptions { 'no-foo': { max?: number } } }`.
 */
// biome-ignore lint/suspicious/noEmptyInterface: it is there to be added to.
export interface PluginRuleOptions {}
