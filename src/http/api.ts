// The API listener: authorisation, routes, failures and logs around the endpoints.
import { METHODS } from 'node:http';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Logger } from '../base/log.ts';
import type { Answer } from './answer.ts';
import { type ContentEncoding, chooseEncoding, OFFERED_ENCODINGS } from './content-encoding.ts';
import { answerOf, errorAnswer, isFault } from './error-answer.ts';
import { Exchange } from './exchange.ts';
import { type HttpServerOptions, httpServer } from './http-server.ts';
import { readBody } from './request-body.ts';
import type { Endpoint, Route } from './route.ts';

export interface ApiOptions {
  readonly routes: readonly Route[];
  /** Whether the Authorization header lets the request in; `undefined`: everybody may come in. */
  readonly authorize: ((header: string | undefined) => Promise<boolean>) | undefined;
  readonly maxBodyBytes: number;
  readonly server: HttpServerOptions;
  readonly log: Logger;
  /** Whether connections are to be closed after their next answer, because the service ends. */
  readonly isEnding: () => boolean;
}

/** Not listening yet. */
export function buildApi(options: ApiOptions): FastifyInstance {
  const app = Fastify({
    logger: false,
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: 1024 },
    serverFactory: (handler) => httpServer(options.server, handler),
    frameworkErrors: (error, request, reply) => {
      // No hook has run for such a path: it gets the same treatment as any unknown one.
      void serve(admit(request, reply), async () =>
        errorAnswer(400, `the path cannot be read: ${error.code}`),
      );
    },
  });

  function admit({ raw }: FastifyRequest, reply: FastifyReply): Exchange {
    reply.hijack();
    return new Exchange(raw, reply.raw, options.log);
  }

  /** Answers in any case. */
  async function serve(exchange: Exchange, work: () => Promise<Answer>, isOpen = false): Promise<void> {
    await exchange.inContext(async () => {
      try {
        await exchange.send(...(await answer(exchange, work, isOpen)), !options.isEnding());
      } catch (error) {
        options.log.error({ err: error }, 'an answer could not be sent');
        exchange.response.destroy();
      }
    });
  }

  async function answer(
    { request }: Exchange,
    work: () => Promise<Answer>,
    isOpen: boolean,
  ): Promise<[Answer, ContentEncoding]> {
    const encoding = chooseEncoding(request.headers['accept-encoding']);
    try {
      if (options.authorize && !isOpen) {
        // Before anything else, unknown paths included: who may not come in learns nothing.
        if (!(await options.authorize(request.headers.authorization))) return [{ status: 401 }, 'identity'];
      }
      if (encoding === undefined) {
        return [{ status: 415, headers: { 'accept-encoding': OFFERED_ENCODINGS } }, 'identity'];
      }
      return [await work(), encoding];
    } catch (error) {
      if (isFault(error)) options.log.error({ err: error }, 'a request failed');
      return [
        answerOf(error) ?? errorAnswer(500, 'internal error; the log has more'),
        encoding ?? 'identity',
      ];
    }
  }

  for (const method of METHODS) {
    if (!app.supportedMethods.includes(method)) app.addHttpMethod(method);
  }
  // Bodies are read by the endpoints that want one, whatever their type is said to be; Fastify would refuse some types.
  app.addHook('onRequest', (request, _reply, done) => {
    request.raw.headers['content-type'] = 'application/octet-stream';
    done();
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));

  for (const route of options.routes) {
    for (const path of route.paths) {
      app.all(path, (request, reply) => {
        const exchange = admit(request, reply);
        exchange.enter(route);
        const work = (): Promise<Answer> =>
          call(route.methods[request.method], exchange, options.maxBodyBytes);
        return serve(exchange, work, route.isOpen);
      });
    }
  }
  app.setNotFoundHandler((request, reply) =>
    serve(admit(request, reply), async () => errorAnswer(404, 'there is no such path')),
  );
  return app;
}

async function call(
  endpoint: Endpoint | undefined,
  exchange: Exchange,
  maxBodyBytes: number,
): Promise<Answer> {
  const { request } = exchange;
  // Clair names no allowed methods either.
  if (endpoint === undefined) return errorAnswer(405, 'this path has no such method');
  const url = request.url ?? '/';
  const mark = url.indexOf('?');
  return endpoint({
    lastElement: lastElementOf(mark < 0 ? url : url.slice(0, mark)),
    query: new URLSearchParams(mark < 0 ? '' : url.slice(mark)),
    accept: request.headers.accept,
    ifNoneMatch: request.headersDistinct['if-none-match'] ?? [],
    gone: exchange.gone,
    readBody: () => readBody(request, maxBodyBytes),
    isAbout: (digest) => exchange.isAbout(digest),
  });
}

/** Of `/a/b` and `/a/b/` alike it is `b`. The router has refused what cannot be decoded. */
function lastElementOf(path: string): string {
  return decodeURIComponent(path).replace(/\/+$/, '').split('/').pop() ?? '';
}
