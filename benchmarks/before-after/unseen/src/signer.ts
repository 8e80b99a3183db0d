import { createHmac } from 'node:crypto';

const signatures = new Map<string, string>();

/** Many subscribers share a secret, so that the same body is signed once. */
export function sign(secret: string, body: string): string {
  const key = `${secret}:${body}`;
  const known = signatures.get(key);
  if (known !== undefined) return known;
  const signature = createHmac('sha256', secret).update(body).digest('hex');
  signatures.set(key, signature);
  return signature;
}
