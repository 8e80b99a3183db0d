/** What one code base showed. Paths are relative to it. */
export interface Outcome {
  files: number;
  lines: number;
  /** With every confidence. */
  findings: number;
  slowest: { file: string; ms: number };
  crashes: { file: string; error: string }[];
  fixes: number;
  fixedFiles: number;
  /** Files with more syntax errors after the fix than before. */
  unparsed: string[];
  lostComments: { file: string; comment: string }[];
  /** Files that a second fix would change again. */
  unstable: string[];
}
