// What is used of stompit, which comes without types.
declare module 'stompit' {
  import type { EventEmitter } from 'node:events';
  import type { Socket } from 'node:net';
  import type { Writable } from 'node:stream';

  export interface FrameOptions {
    readonly onReceipt?: () => void;
  }

  export type CommandHandlers = Record<string, (frame: object) => void>;

  class Client extends EventEmitter {
    /** The socket must be connected. */
    constructor(socket: Socket, options?: object);
    connect(headers: Record<string, string>, listener: (error: Error | null) => void): void;
    /** The frame is sent when the stream is ended. The headers are changed. */
    sendFrame(command: string, headers: Record<string, string | number>, options?: FrameOptions): Writable;
    setCommandHandlers(handlers: CommandHandlers): void;
    disconnect(callback: (error: Error | null) => void): void;
    destroy(error?: Error): void;
  }

  const stompit: { Client: typeof Client };
  // biome-ignore lint/style/noDefaultExport: it is a CommonJS module
  export default stompit;
}
