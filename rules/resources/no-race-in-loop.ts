import { findRaceInLoop, type RaceInLoop } from '../../src/ast/timers/race-survivor.ts';
import { defineRule } from '../../src/model/define-rule.ts';

export const rule = defineRule<RaceInLoop>({
  id: 'no-race-in-loop',
  category: 'resources',
  severity: 'medium',
  confidence: 'likely',
  lifecycle: 'trial',
  effort: 30,
  message:
    'Each round races `{survivor}` anew: the promise keeps every round, and what it gave, until it is settled itself.',
  why: 'A race adds a reaction to each promise in it, and nothing takes one away from a promise that stays pending. 100,000 rounds left 31 MB behind; 10,000 rounds that read 16 KB each kept all 164 MB alive.',
  advice:
    'Let the long-lived end be an AbortSignal or an event, whose listener each round takes off again; or add one reaction to the promise before the loop, which settles a promise of the round.',
  limits: [
    'Loops with an end that is set beforehand (attempts, a deadline), also by a counter within, are left alone, and so are rounds more than five seconds apart.',
    'Sets of promises that are raced as a whole (`Promise.race(running)`) are taken to be replaced as they end.',
    'A race in a function that is called again and again is not looked at.',
  ],
  mentions: ['.race', 'Promise.any'],
  visit: {
    CallExpression(call, file) {
      const found = findRaceInLoop(call, file);
      return (
        found && {
          at: call.expression,
          ...((!found.isOpenEnded || found.isOfCall) && { confidence: 'possible' as const }),
          values: { survivor: found.survivor.getText(file.source) },
          related: [{ at: found.survivor, note: 'is the same promise in each round' }],
          data: found,
        }
      );
    },
  },
});
