import { afterEach, describe, expect, it, vi } from 'vitest';
import { withDeadline } from '../src/with-deadline.ts';

afterEach(() => {
  vi.useRealTimers();
});

describe('withDeadline', () => {
  it('settles as the work does and leaves no timer', async () => {
    vi.useFakeTimers();
    expect(await withDeadline(Promise.resolve(1), 1_000)).toBe(1);
    expect(await withDeadline(() => 2, 1_000)).toBe(2);
    await expect(withDeadline(Promise.reject(new Error('own')), 1_000)).rejects.toThrow('own');
    const sync = withDeadline(() => {
      throw new Error('sync');
    }, 1_000);
    await expect(sync).rejects.toThrow('sync');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('rejects at the deadline with an error made then, and aborts the work', async () => {
    vi.useFakeTimers();
    let inner: AbortSignal | undefined;
    const run = withDeadline(
      (signal) => {
        inner = signal;
        return new Promise(() => {});
      },
      1_000,
      { message: 'too slow' },
    );
    const rejection = expect(run).rejects.toMatchObject({
      name: 'DeadlineError',
      milliseconds: 1_000,
      message: 'too slow',
    });
    await vi.advanceTimersByTimeAsync(999);
    expect(inner?.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    await rejection;
    expect(inner?.reason).toMatchObject({ name: 'DeadlineError' });
    await expect(Promise.all([withDeadline(new Promise(() => {}), 5), vi.advanceTimersByTimeAsync(5)])).rejects.toThrow(
      'took longer than 5 ms',
    );
  });

  it('a late rejection of the work is not unhandled', async () => {
    const run = withDeadline(
      (signal) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => setTimeout(() => reject(new Error('late')), 5));
        }),
      1,
    );
    await expect(run).rejects.toMatchObject({ name: 'DeadlineError' });
    await new Promise((resolve) => setTimeout(resolve, 20));
  });

  it("the caller's signal rejects at once, aborts the work, and is not listened to afterwards", async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const controller = new AbortController();
    const added = vi.spyOn(controller.signal, 'addEventListener');
    const removed = vi.spyOn(controller.signal, 'removeEventListener');
    for (let i = 0; i < 20; i++) await withDeadline(Promise.resolve(), 1_000, { signal: controller.signal });
    expect(removed.mock.calls.length).toBe(added.mock.calls.length);
    let inner: AbortSignal | undefined;
    const run = withDeadline(
      (signal) => {
        inner = signal;
        return new Promise(() => {});
      },
      1_000,
      { signal: controller.signal },
    );
    controller.abort(new Error('left'));
    await expect(run).rejects.toThrow('left');
    expect(inner?.aborted).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
    await expect(withDeadline(Promise.resolve(), 1, { signal: controller.signal })).rejects.toThrow('left');
  });

  it('refuses delays that a timer cannot keep', () => {
    expect(() => withDeadline(Promise.resolve(), 2 ** 31)).toThrow(/milliseconds must be .* got 2147483648/);
    expect(() => withDeadline(Promise.resolve(), -1)).toThrow(TypeError);
  });
});
