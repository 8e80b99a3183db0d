import type { RuleFacts } from './model/rule-facts.ts';

export const ruleFacts: readonly RuleFacts[] = [
  {
    "id": "no-leaked-interval",
    "category": "resources",
    "severity": "high",
    "confidence": "likely",
    "lifecycle": "stable",
    "message": "This interval {what}: it runs, and keeps all it refers to alive, after {owner} is gone.",
    "why": "Each start leaves one more timer that fires for the rest of the process. CPU and memory grow with the number of starts: requests, connections, instances or mounts.",
    "advice": "Keep the handle and clear it where its owner ends (stop, close, dispose, the clean-up of the effect), on every outcome.",
    "limits": [
      "Whether a class is created once or many times is judged by this project alone; a library that others create many instances of is judged by its own calls.",
      "A handle passed to a function, returned or kept in an object of another file is taken to be cleared there."
    ],
    "options": {}
  },
  {
    "id": "no-leaked-timeout",
    "category": "resources",
    "severity": "medium",
    "confidence": "likely",
    "lifecycle": "stable",
    "message": "This timeout {what}.",
    "why": "The pending timer keeps everything its callback refers to alive and runs its work for owners that are gone. What piles up grows with the number of starts: instances, connections, events.",
    "advice": "Keep the handle, clear it before arming it again and where its owner ends (stop, close, dispose).",
    "limits": [
      "One-shot timers that end by themselves are left alone, also when they outlive their owner for a moment.",
      "A condition ahead of the re-arming is taken to be able to end it."
    ],
    "options": {}
  }
];
