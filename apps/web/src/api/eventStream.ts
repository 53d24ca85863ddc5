/** A message of a stream of server-sent events. */
export type Told = { event: string; data: string };

/** Between two attempts: so many browsers do not all come back in the same moment, and none comes late. */
const PAUSE = { least: 500, more: 1_500 };
/** The server says something every 15 seconds; after this long the connection is dead, though nobody has told us. */
const SILENCE = 40_000;

/** Listens until stopped, and comes back by itself after the last message that was heard. `EventSource` would have to know
 * the name of every event beforehand. `again` is called whenever the stream is open once more. */
export function listenTo(path: string, heard: (message: Told) => void, again: () => void): () => void {
  const leaving = new AbortController();
  void (async () => {
    let lastId: string | null = null;
    let wasOpen = false;
    while (!leaving.signal.aborted) {
      const attempt = new AbortController();
      let patience: ReturnType<typeof setTimeout> | undefined;
      const alive = () => {
        clearTimeout(patience);
        patience = setTimeout(() => attempt.abort(), SILENCE);
      };
      try {
        alive();
        const headers: Record<string, string> = lastId === null ? {} : { "last-event-id": lastId };
        const answer = await fetch(path, { headers, signal: AbortSignal.any([leaving.signal, attempt.signal]) });
        if (answer.status === 401 || answer.status === 403) {
          return;
        }
        if (answer.ok && answer.body) {
          if (wasOpen && lastId === null) {
            again();
          }
          wasOpen = true;
          for await (const { id, ...message } of messages(answer.body, alive)) {
            lastId = id ?? lastId;
            heard(message);
          }
        }
      } catch {
        // The network or the server is away: once more.
      } finally {
        clearTimeout(patience);
      }
      await rest(PAUSE.least + Math.random() * PAUSE.more);
    }
  })();
  return () => leaving.abort();
}

/** Without a network nobody is asked at all, until there is one. */
async function rest(milliseconds: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  if (navigator.onLine === false) {
    await new Promise((resolve) => addEventListener("online", resolve, { once: true }));
  }
}

async function* messages(body: ReadableStream<Uint8Array>, alive: () => void): AsyncGenerator<Told & { id: string | null }> {
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) {
      return;
    }
    alive();
    const blocks = (rest + value.replaceAll("\r", "")).split("\n\n");
    rest = blocks.pop() ?? "";
    for (const block of blocks) {
      const message = parse(block);
      if (message) {
        yield message;
      }
    }
  }
}

/** One block of a stream; null for a comment. */
export function parse(block: string): (Told & { id: string | null }) | null {
  let event = "message";
  let id: string | null = null;
  const data: string[] = [];
  for (const line of block.split("\n")) {
    const at = line.indexOf(":");
    const name = at < 0 ? line : line.slice(0, at);
    const value = at < 0 ? "" : line.slice(at + 1).replace(/^ /, "");
    if (name === "event") {
      event = value;
    } else if (name === "data") {
      data.push(value);
    } else if (name === "id") {
      id = value;
    }
  }
  return data.length > 0 ? { event, data: data.join("\n"), id } : null;
}
