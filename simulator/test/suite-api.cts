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

const element = (xml: string, name: string) =>
	new RegExp(`<${name}>(?:<!\\[CDATA\\[)?([^<\\]]*)`).exec(xml)?.[1] ?? '';

const SUCCESS = { body: 'success', status: 200, delayMs: 0 };

/** The provider's server: opens what is pushed to `/suite` and `/template`, and keeps it. */
class Receiver {
	url = '';
	readonly received: Received[] = [];
	/** What POSTs are answered with from now on. */
	answer = { ...SUCCESS };
	private readonly server = http.createServer(
		(request, response) => void this.receive(request, response),
	);

	async start() {
		await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
		this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
	}

	reset() {
		this.received.length = 0;
		this.answer = { ...SUCCESS };
	}

	async stop() {
		this.server.closeAllConnections();
		await new Promise((resolve) => this.server.close(resolve));
	}

	/** The value of an element of the last plaintext. */
	last(name: string): string {
		return element(this.received.at(-1)!.xml, name);
	}

	private async receive(request: http.IncomingMessage, response: http.ServerResponse) {
		const chunks: Buffer[] = [];
		for await (const chunk of request) chunks.push(chunk as Buffer);
		const envelope = Buffer.concat(chunks).toString('utf8');
		const { pathname, searchParams } = new URL(request.url!, 'http://x');
		const { callback } = pathname.startsWith('/template') ? DEMO_TEMPLATE : DEMO_SUITE;
		const isGet = request.method === 'GET';
		const encrypted = isGet ? searchParams.get('echostr')! : element(envelope, 'Encrypt');
		const { message, id } = decrypt(callback.encodingAesKey, encrypted);
		const [timestamp, nonce] = [searchParams.get('timestamp')!, searchParams.get('nonce')!];
		const signature = getSignature(callback.token, timestamp, nonce, encrypted);
		this.received.push({
			method: request.method!,
			toUserName: element(envelope, 'ToUserName'),
			agentid: element(envelope, 'AgentID'),
			receiveid: id,
			xml: message,
			signatureOk: signature === searchParams.get('msg_signature'),
			path: pathname,
		});
		const { body, status, delayMs } = this.answer;
		if (!isGet && delayMs) await delay(delayMs);
		response.writeHead(isGet ? 200 : status).end(isGet ? message : body);
	}
}

/** The provider's calls. */
class SuiteApi {
	sim!: Simulator;
	readonly receiver = new Receiver();

	async get(path: string, query: Record<string, string>): Promise<Json> {
		return (await (await fetch(this.url(path, query))).json()) as Json;
	}

	async post(path: string, body: unknown, query: Record<string, string> = {}): Promise<Json> {
		const answer = await fetch(this.url(path, query), {
			method: 'POST',
			body: JSON.stringify(body),
		});
		expect(answer.status).toBe(200);
		return (await answer.json()) as Json;
	}

	async suiteToken(suite: Suite = DEMO_SUITE): Promise<string> {
		const body = {
			suite_id: suite.suiteId,
			suite_secret: suite.suiteSecret,
			suite_ticket: this.sim.control.issueTicket(suite.suiteId),
		};
		return (await this.post('service/get_suite_token', body)).suite_access_token as string;
	}

	async providerToken(): Promise<string> {
		const body = { corpid: DEMO_PROVIDER.corpid, provider_secret: DEMO_PROVIDER.secret };
		const answer = await this.post('service/get_provider_token', body);
		return answer.provider_access_token as string;
	}

	/** Authorizes without a push and exchanges the code. */
	async permanentCode(corpid: string, suite: Suite = DEMO_SUITE): Promise<string> {
		const auth_code = this.sim.control.issueAuthCode(suite.suiteId, corpid);
		const query = { suite_access_token: await this.suiteToken(suite) };
		const answer = await this.post('service/v2/get_permanent_code', { auth_code }, query);
		return answer.permanent_code as string;
	}

	/** The company's access_token, the way the suite's kind gets it. */
	async corpToken(corpid: string, suite: Suite = DEMO_SUITE): Promise<string> {
		const permanent_code = await this.permanentCode(corpid, suite);
		if (suite === DEMO_TEMPLATE)
			return (await this.get('gettoken', { corpid, corpsecret: permanent_code }))
				.access_token as string;
		const query = { suite_access_token: await this.suiteToken(suite) };
		const body = { auth_corpid: corpid, permanent_code };
		return (await this.post('service/get_corp_token', body, query)).access_token as string;
	}

	private url(path: string, query: Record<string, string>): string {
		return `${this.sim.url}/cgi-bin/${path}?${new URLSearchParams(query)}`;
	}
}

export function useSuites(): SuiteApi {
	const api = new SuiteApi();
	beforeAll(async () => {
		api.sim = await startSimulator({ seed: PROVIDER_SEED });
		await api.receiver.start();
	});
	beforeEach(() => {
		api.sim.control.reset();
		api.receiver.reset();
		for (const [suite, path] of [
			[DEMO_SUITE, '/suite'],
			[DEMO_TEMPLATE, '/template'],
		] as const) {
			const callback = { ...suite.callback, url: api.receiver.url + path };
			api.sim.control.setSuite(suite.suiteId, { callback });
		}
	});
	afterAll(async () => {
		await api.sim.stop();
		await api.receiver.stop();
	});
	return api;
}
