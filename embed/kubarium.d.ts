// What TypeScript is told of kubarium.js. docs/embed.md says it in words.

/** What a command printed. */
export interface CommandResult {
  command: string;
  stdout: string;
  stderr: string;
  /** Its exit status. */
  exit: number;
  /** Seconds of the cluster's own time when it ended. */
  time: number;
}

/** What the session is at. */
export interface PlaygroundState {
  /** Seconds since the cluster began, in its own time. */
  time: number;
  busy: boolean;
  paused: boolean;
  asleep: boolean;
  seed: number;
  nodes: number;
  /** The open lesson's name; empty if there is none. */
  lesson: string;
  /** The commands that were typed, a line each. */
  commands: string;
  /** The whole session, as the page saves it in a file. */
  session: string;
  /** An address of the whole page that leads to this session. */
  address: string;
}

/** How far a learner is: `null` when no lesson is open. */
export interface LessonProgress {
  lesson: string;
  step: number;
  steps: number;
  complete: boolean;
  over: boolean;
}

export interface PlaygroundEvents {
  ready: { versions: number[] };
  command: CommandResult;
  lesson: LessonProgress | null;
  sleep: object;
  wake: object;
}

/** An answer that a question was refused with: `version`, `unknown`, `malformed`, `too-long`, `busy` or `reset`. */
export interface PlaygroundError extends Error {
  code?: string;
}

export class Playground extends HTMLElement {
  /** Where the page is, if not beside kubarium.js. */
  static src: string;
  /** Begins, if it has not yet; done when the cluster is there. */
  start(): Promise<void>;
  /** Runs lines as if they were typed. */
  run(...commands: string[]): Promise<CommandResult[]>;
  /** The cluster as it began. */
  reset(): Promise<object>;
  getState(): Promise<PlaygroundState>;
  /** Calls with what an event tells; answers a function that ends this. */
  on<Name extends keyof PlaygroundEvents>(event: Name, call: (detail: PlaygroundEvents[Name]) => void): () => void;
}

/** Makes a playground of each `<pre><code class="language-kubarium">` below an element. */
export function enliven(below?: ParentNode): void;

/** What a text in a page asks for: manifests, or commands. */
export function read(text: string): { manifests: string; script: string };

declare global {
  interface HTMLElementTagNameMap {
    "kubarium-playground": Playground;
  }
}
