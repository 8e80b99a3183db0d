/** The TypeScript compiler that ts-morph carries; the one place it is imported from. */
export { ts } from '@ts-morph/common';
