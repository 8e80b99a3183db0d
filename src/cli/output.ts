/** True once the reader of stdout has gone away; what is written after that is dropped. */
let isClosed = false;

/** A reader that has seen enough (`| head`) is not an error: writing stops, the exit code stays. */
export function tolerateClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      isClosed = true;
    });
  }
}

/** Resolves when the text has left the process, so that nothing is cut off by the exit. */
export function print(text: string): Promise<void> {
  return write(process.stdout, text);
}

export function note(text: string): Promise<void> {
  return write(process.stderr, text);
}

function write(stream: NodeJS.WriteStream, text: string): Promise<void> {
  if (isClosed || text === '') return Promise.resolve();
  return new Promise((resolve) => {
    stream.write(text, () => resolve());
  });
}
