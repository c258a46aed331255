/** A simulator with the provider side, and a provider's server that receives its callbacks. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { decrypt, getSignature } from '../crypto.cts';
import { startSimulator, type Simulator } from '../server.cts';
import { DEMO_PROVIDER, DEMO_SUITE, DEMO_TEMPLATE, PROVIDER_SEED } from '../suite/data.cts';
import type { Suite } from '../suite/state.cts';
import type { Json } from './api.cts';

export interface Received {
	method: string;
	/** Envelope fields, as they are. */
	toUserName: string;
	agentid: string;
	receiveid: string;
	xml: string;
	signatureOk: boolean;
	path: string;
}

export interface Receiver {
	url: string;
	received: Received[];
	/** What POSTs are answered with from now on. */
	answer: { body: string; status: number; delayMs: number };
	/** The value of an element of the last plaintext. */
	last(name: string): string;
}

const element = (xml: string, name: string) =>
	new RegExp(`<${name}>(?:<!\\[CDATA\\[)?([^<\\]]*)`).exec(xml)?.[1] ?? '';

export interface SuiteApi {
	readonly sim: Simulator;
	readonly receiver: Receiver;
	get(path: string, query: Record<string, string>): Promise<Json>;
	post(path: string, body: unknown, query?: Record<string, string>): Promise<Json>;
	suiteToken(suite?: Suite): Promise<string>;
	providerToken(): Promise<string>;
	/** Authorizes without a push and exchanges the code. */
	permanentCode(corpid: string, suite?: Suite): Promise<string>;
	/** The company's access_token, the way the suite's kind gets it. */
	corpToken(corpid: string, suite?: Suite): Promise<string>;
}

export function useSuites(): SuiteApi {
	let sim: Simulator;
	let server: http.Server;
	const receiver: Receiver = {
		url: '',
		received: [],
		answer: { body: 'success', status: 200, delayMs: 0 },
		last: (name) => element(receiver.received.at(-1)!.xml, name),
	};

	const handle: http.RequestListener = async (request, response) => {
		const chunks: Buffer[] = [];
		for await (const chunk of request) chunks.push(chunk as Buffer);
		const body = Buffer.concat(chunks).toString('utf8');
		const { pathname, searchParams } = new URL(request.url!, 'http://x');
		const { callback } = pathname.startsWith('/template') ? DEMO_TEMPLATE : DEMO_SUITE;
		const isGet = request.method === 'GET';
		const encrypted = isGet ? searchParams.get('echostr')! : element(body, 'Encrypt');
		const { message, id } = decrypt(callback.encodingAesKey, encrypted);
		const [timestamp, nonce] = [searchParams.get('timestamp')!, searchParams.get('nonce')!];
		const signature = getSignature(callback.token, timestamp, nonce, encrypted);
		receiver.received.push({
			method: request.method!,
			toUserName: element(body, 'ToUserName'),
			agentid: element(body, 'AgentID'),
			receiveid: id,
			xml: message,
			signatureOk: signature === searchParams.get('msg_signature'),
			path: pathname,
		});
		const { body: text, status, delayMs } = receiver.answer;
		if (!isGet && delayMs) await delay(delayMs);
		response.writeHead(isGet ? 200 : status).end(isGet ? message : text);
	};

	beforeAll(async () => {
		sim = await startSimulator({ seed: PROVIDER_SEED });
		server = http.createServer((request, response) => void handle(request, response));
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	});
	beforeEach(() => {
		sim.control.reset();
		receiver.received.length = 0;
		receiver.answer = { body: 'success', status: 200, delayMs: 0 };
		for (const [suite, path] of [
			[DEMO_SUITE, '/suite'],
			[DEMO_TEMPLATE, '/template'],
		] as const) {
			const callback = { ...suite.callback, url: receiver.url + path };
			sim.control.setSuite(suite.suiteId, { callback });
		}
	});
	afterAll(async () => {
		await sim.stop();
		server.closeAllConnections();
		await new Promise((resolve) => server.close(resolve));
	});

	const url = (path: string, query: Record<string, string>) =>
		`${sim.url}/cgi-bin/${path}?${new URLSearchParams(query)}`;
	const api: SuiteApi = {
		get sim() {
			return sim;
		},
		receiver,
		async get(path, query) {
			return (await (await fetch(url(path, query))).json()) as Json;
		},
		async post(path, body, query = {}) {
			const answer = await fetch(url(path, query), {
				method: 'POST',
				body: JSON.stringify(body),
			});
			expect(answer.status).toBe(200);
			return (await answer.json()) as Json;
		},
		async suiteToken(suite = DEMO_SUITE) {
			const body = {
				suite_id: suite.suiteId,
				suite_secret: suite.suiteSecret,
				suite_ticket: sim.control.issueTicket(suite.suiteId),
			};
			return (await api.post('service/get_suite_token', body)).suite_access_token as string;
		},
		async providerToken() {
			const body = { corpid: DEMO_PROVIDER.corpid, provider_secret: DEMO_PROVIDER.secret };
			const answer = await api.post('service/get_provider_token', body);
			return answer.provider_access_token as string;
		},
		async permanentCode(corpid, suite = DEMO_SUITE) {
			const auth_code = sim.control.issueAuthCode(suite.suiteId, corpid);
			const query = { suite_access_token: await api.suiteToken(suite) };
			const answer = await api.post('service/v2/get_permanent_code', { auth_code }, query);
			return answer.permanent_code as string;
		},
		async corpToken(corpid, suite = DEMO_SUITE) {
			const permanent_code = await api.permanentCode(corpid, suite);
			if (suite === DEMO_TEMPLATE)
				return (await api.get('gettoken', { corpid, corpsecret: permanent_code }))
					.access_token as string;
			const query = { suite_access_token: await api.suiteToken(suite) };
			const body = { auth_corpid: corpid, permanent_code };
			return (await api.post('service/get_corp_token', body, query)).access_token as string;
		},
	};
	return api;
}
