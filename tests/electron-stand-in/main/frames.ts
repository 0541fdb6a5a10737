/** The frames of a page, as Chromium reports them, with the app's own URLs. */
import type { WebFrameMain } from 'electron';
import { standsFor } from '../stands-for.ts';
import type { CdpSession } from './cdp.ts';
import type { SchemeMap } from './scheme-map.ts';

interface Frame {
  url: string;
  readonly parentId: string | undefined;
}

export class Frames {
  readonly #frames = new Map<string, Frame>();
  readonly #contexts = new Map<number, string>();
  readonly #schemes: SchemeMap;
  readonly #world: string;

  /** @param world the name of the preload script's world */
  constructor(schemes: SchemeMap, world: string) {
    this.#schemes = schemes;
    this.#world = world;
  }

  follow(session: CdpSession, mainFrameId: string): void {
    this.#frames.set(mainFrameId, { url: 'about:blank', parentId: undefined });
    session.on('Page.frameAttached', ({ frameId, parentFrameId }) => {
      this.#frames.set(frameId, { url: 'about:blank', parentId: parentFrameId });
    });
    session.on('Page.frameDetached', ({ frameId }) => this.#frames.delete(frameId));
    session.on('Page.frameNavigated', ({ frame }) => this.#moved(frame.id, frame.url));
    session.on('Page.documentOpened', ({ frame }) => this.#moved(frame.id, frame.url));
    session.on('Page.navigatedWithinDocument', ({ frameId, url }) => this.#moved(frameId, url));
    session.on('Runtime.executionContextCreated', ({ context }) => {
      const { frameId } = context.auxData as { readonly frameId: string };
      if (context.name === this.#world) this.#contexts.set(context.id, frameId);
    });
    session.on('Runtime.executionContextDestroyed', ({ executionContextId }) => {
      this.#contexts.delete(executionContextId);
    });
    session.on('Runtime.executionContextsCleared', () => this.#contexts.clear());
  }

  /** Its process has ended. */
  forgetContexts(): void {
    this.#contexts.clear();
  }

  /** The frame that a message came from; null when it is gone. */
  ofContext(contextId: number): WebFrameMain | null {
    return this.#frame(this.#contexts.get(contextId));
  }

  /** The preload world of a frame, while it has a document. */
  contextOf(frameId: string): number | undefined {
    return [...this.#contexts].findLast(([, id]) => id === frameId)?.[0];
  }

  idsByUrl(url: string): string[] {
    return [...this.#frames].filter(([, frame]) => frame.url === url).map(([id]) => id);
  }

  has(frameId: string): boolean {
    return this.#frames.has(frameId);
  }

  urlOf(frameId: string): string | undefined {
    return this.#frames.get(frameId)?.url;
  }

  #moved(frameId: string, url: string): void {
    const frame = this.#frames.get(frameId);
    if (frame) frame.url = this.#schemes.fromBrowser(url);
  }

  #frame(frameId: string | undefined): WebFrameMain | null {
    const frame = frameId === undefined ? undefined : this.#frames.get(frameId);
    if (!frame) return null;
    const frames = this;
    return standsFor<WebFrameMain>('WebFrameMain')({
      url: frame.url,
      get parent() {
        return frames.#frame(frame.parentId);
      },
    });
  }
}
