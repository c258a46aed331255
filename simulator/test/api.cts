/** Starts a simulator for a test file and calls it over HTTP. */
import { DEMO_APP, DEMO_CORP } from '../demo-data.cts';
import { startSimulator, type Simulator } from '../server.cts';

export type Json = Record<string, any>;

export interface Api {
	readonly sim: Simulator;
	/** GET /cgi-bin/<path>. */
	get(path: string, query?: Record<string, string>, secret?: string): Promise<Json>;
	/** POST /cgi-bin/<path> with a JSON body, or a text as it is. */
	post(path: string, body: unknown, secret?: string, query?: Record<string, string>): Promise<Json>;
	token(secret?: string): Promise<string>;
	url(path: string, query: Record<string, string>): string;
}

/** A simulator for all tests of the file, reset before each one. */
export function useSimulator(): Api {
	let sim: Simulator;
	beforeAll(async () => {
		sim = await startSimulator();
	});
	beforeEach(() => sim.control.reset());
	afterAll(async () => await sim.stop());

	const url = (path: string, query: Record<string, string>) =>
		`${sim.url}/cgi-bin/${path}?${new URLSearchParams(query)}`;
	const token = async (secret = DEMO_APP.secret) => {
		const answer = await fetch(url('gettoken', { corpid: DEMO_CORP.corpid, corpsecret: secret }));
		return ((await answer.json()) as Json).access_token as string;
	};
	return {
		get sim() {
			return sim;
		},
		url,
		token,
		async get(path, query = {}, secret) {
			const answer = await fetch(url(path, { access_token: await token(secret), ...query }));
			expect(answer.status).toBe(200);
			return (await answer.json()) as Json;
		},
		async post(path, body, secret, query = {}) {
			const answer = await fetch(url(path, { access_token: await token(secret), ...query }), {
				method: 'POST',
				body: typeof body === 'string' ? body : JSON.stringify(body),
			});
			expect(answer.status).toBe(200);
			return (await answer.json()) as Json;
		},
	};
}
