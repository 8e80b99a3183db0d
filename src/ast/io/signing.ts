import { bareModule, type Origin, originName } from '../names/provenance.ts';

/**
 * Packages that only sign, with the key that they are given: dist-cjs/index.js of @aws-sdk/s3-request-presigner 3.1169,
 * polly-request-presigner 3.1124, rds-signer 3.1175 and s3-presigned-post 3.1164 (a signer of SigV4; what is "sent" is stopped
 * by a middleware that signs it), and of cloudfront-signer 3.1166 (`createSign` of `node:crypto`).
 */
const signers = /^@aws-sdk\/(?:(?:s3|polly)-request-presigner|s3-presigned-post|cloudfront-signer|rds-signer)$/;
/** aws-sdk 2.1551, lib/services/s3.js, lib/cloudfront/signer.js: a request is built and signed, and never sent. */
const signed = /(?:^|\.)(?:getSignedUrl(?:Promise)?|getSignedCookie|createPresignedPost)$/;

/** Whether a call computes a signature, so that whoever is handed it may ask the service: it asks nobody itself. */
export function isSigning(callee: Origin): boolean {
  const module = bareModule(callee.module);
  return signers.test(module) || (/^aws-sdk(?:\/|$)/.test(module) && signed.test(originName(callee)));
}
