/** The simulator's HTTP server, and the object tests hold. */
import { setMaxListeners } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BotControl } from './bot/control.cts';
import { Control, type Payload, type PushTarget } from './control.cts';
import { Pusher, type PushOptions, type PushResult, type VerifyResult } from './pusher.cts';
import type { RecordedRequest } from './recorder.cts';
import { serve } from './serve.cts';
import { createState, type Seed, type SentMessage, type State } from './state.cts';

export interface SimulatorOptions {
	/** The port to listen on; 0 or nothing for any free one. */
	port?: number;
	seed?: Partial<Seed>;
	/** Gets one line per API request. */
	log?: (line: string) => void;
}

export interface Simulator {
	/** `http://127.0.0.1:<port>`, to be used in place of https://qyapi.weixin.qq.com. */
	readonly url: string;
	readonly port: number;
	readonly state: State;
	readonly requests: RecordedRequest[];
	readonly messages: SentMessage[];
	readonly control: Control;
	/** AI bots: their users, what these see, and trouble. */
	readonly bots: BotControl;
	push(target: PushTarget, payload: Payload, options?: PushOptions): Promise<PushResult>;
	verifyUrl(target: PushTarget, timeoutMs?: number): Promise<VerifyResult>;
	/** Closes every connection, in both directions. */
	stop(): Promise<void>;
}

export async function startSimulator({
	port = 0,
	seed = {},
	log,
}: SimulatorOptions = {}): Promise<Simulator> {
	const state = createState(seed);
	const requests: RecordedRequest[] = [];
	const stopping = new AbortController();
	setMaxListeners(0, stopping.signal);
	const control = new Control(state, requests, new Pusher(stopping.signal), seed, stopping.signal);

	const parts = { state, requests, control, stopping: stopping.signal, log };
	const server = http.createServer((request, response) => void serve(parts, request, response));
	server.on('upgrade', (request, socket, head) =>
		control.bots.sockets.upgrade(request, socket, head),
	);
	// As long as a real gateway keeps idle connections; Node's 5 s would end them between a slow test's calls.
	server.keepAliveTimeout = 60_000;
	const actualPort = await listen(server, port);
	const url = `http://127.0.0.1:${actualPort}`;
	control.bots.origin = url;

	return {
		url,
		port: actualPort,
		state,
		requests,
		get messages() {
			return state.messages;
		},
		control,
		bots: control.bots,
		push: async (target, payload, options) => await control.push(target, payload, options),
		verifyUrl: async (target, timeoutMs) => await control.verifyUrl(target, timeoutMs),
		async stop() {
			control.stopTickets();
			control.bots.drop();
			stopping.abort();
			await close(server);
		},
	};
}

async function listen(server: http.Server, port: number): Promise<number> {
	await new Promise<void>((resolve, reject) => {
		server.once('error', reject);
		server.listen(port, '127.0.0.1', resolve);
	});
	return (server.address() as AddressInfo).port;
}

/** A request that is under way gets its answer: its caller would else take for failed what has been done. */
async function close(server: http.Server): Promise<void> {
	const closed = new Promise<void>((resolve) => server.close(() => resolve()));
	const idle = setInterval(() => server.closeIdleConnections(), 10);
	const late = setTimeout(() => server.closeAllConnections(), 1_000);
	await closed;
	clearInterval(idle);
	clearTimeout(late);
}
