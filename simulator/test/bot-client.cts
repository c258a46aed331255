/** A bare WebSocket client for the long connection. */
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { DEMO_BOT } from '../bot/data.cts';
import type { Api, Json } from './api.cts';

/** A client that keeps all it gets. */
export class Client {
	readonly got: Json[] = [];
	constructor(readonly socket: WebSocket) {
		socket.on('message', (data: Buffer) =>
			this.got.push(JSON.parse(data.toString('utf8')) as Json),
		);
	}

	/** The answer to a command. Answers to one req_id come in the order of the commands. */
	async call(cmd: string, body?: Json, req_id = `${cmd}-${this.got.length}`): Promise<Json> {
		const from = this.got.length;
		this.socket.send(JSON.stringify({ cmd, headers: { req_id }, body }));
		for (;;) {
			await once(this.socket, 'message');
			const answer = this.got.slice(from).find((one) => !one.cmd && one.headers.req_id === req_id);
			if (answer) return answer;
		}
	}

	async code(cmd: string, body?: Json, req_id?: string): Promise<number> {
		return (await this.call(cmd, body, req_id)).errcode as number;
	}
}

/** Clients of a test, which are closed at its end. */
export function useClients(api: Api) {
	let sockets: WebSocket[] = [];
	afterEach(() => {
		sockets.forEach((socket) => socket.terminate());
		sockets = [];
	});

	async function open(): Promise<Client> {
		const socket = new WebSocket(api.sim.url.replace('http', 'ws'));
		sockets.push(socket);
		await once(socket, 'open');
		return new Client(socket);
	}

	async function subscribed(): Promise<Client> {
		const client = await open();
		const { botId, secret } = DEMO_BOT;
		expect(await client.code('aibot_subscribe', { bot_id: botId, secret })).toBe(0);
		return client;
	}
	return { open, subscribed };
}
