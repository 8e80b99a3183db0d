import { type ArrayQueue, findArrayQueue } from '../../src/ast/containers/array-queue.ts';
import { findMethodCall } from '../../src/ast/syntax.ts';
import { runsUnderLoad } from '../../src/ast/where/where.ts';
import { defineRule } from '../../src/model/define-rule.ts';

export const rule = defineRule<ArrayQueue>({
  id: 'no-shift-queue',
  category: 'performance',
  severity: 'medium',
  confidence: 'likely',
  lifecycle: 'trial',
  effort: 15,
  message: '{name} is drained from its front: with some ten thousand entries each {method} moves all the others.',
  why: 'V8 moves the whole array when it is long: draining 10,000 entries takes 0.3 ms, 50,000 take 136 ms and 200,000 take 2.2 s. A queue grows that long just when the service is behind.',
  advice: 'Use a Deque, or walk the array by an index and empty it at the end.',
  limits: [
    'Queues with a check of their length are left alone, and a shift outside of a loop but in a class that is called a queue.',
    'It is `likely` where the loop leaves off before the queue is empty, because no more is taken for now or its time is up: nobody holds back what comes meanwhile. What fills most other queues leaves less than the ten thousand entries that it takes: they are `possible`. Local arrays are reported only when data makes them long.',
  ],
  mentions: ['.shift', '.splice'],
  visit: {
    CallExpression(call, file) {
      const method = findMethodCall(call)?.method;
      if (method !== 'shift' && method !== 'splice') return undefined;
      const queue = findArrayQueue(call, file);
      if (!queue) return undefined;
      const { fill, isPaced, isOutrun, loop } = queue;
      return {
        at: call,
        ...((!isOutrun || isPaced) && { confidence: 'possible' as const }),
        values: { name: queue.list.getText(file.source), method: `${method}()` },
        ...(fill &&
          !isPaced &&
          !loop && { related: [{ at: fill, note: 'filled here, without a limit' }], when: runsUnderLoad(fill, file) }),
        data: queue,
      };
    },
  },
});
