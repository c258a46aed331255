import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { DEMO_APP, DEMO_CORP } from '../demo-data.cts';
import { startSimulator } from '../server.cts';
import { useSimulator, type Json } from './api.cts';
import { sleep, until } from '../../test/support/wait.cts';

const api = useSimulator();
const member = async () => await api.get('user/get', { userid: 'zhangsan' });
const control = async (name: string, args?: unknown) => {
	const init = args === undefined ? {} : { method: 'POST', body: JSON.stringify(args) };
	return (await (await fetch(`${api.sim.url}/_control/${name}`, init)).json()) as Json;
};

describe('injected trouble', () => {
	it('an errcode for the next calls of one path', async () => {
		api.sim.control.inject({ path: '/cgi-bin/user/get', times: 2, errcode: -1 });
		expect((await api.get('department/list')).errcode).toBe(0);
		expect((await member()).errcode).toBe(-1);
		expect(await member()).toMatchObject({
			errcode: -1,
			errmsg: expect.stringMatching(/^system busy, hint/),
		});
		expect((await member()).errcode).toBe(0);
	});

	it('a rate limit by count, by time, and for all paths', async () => {
		api.sim.control.rateLimit('/cgi-bin/user/get');
		expect([(await member()).errcode, (await member()).errcode]).toEqual([45009, 0]);
		api.sim.control.rateLimit('/cgi-bin/user/get', { forMs: 2_000 });
		expect((await member()).errcode).toBe(45009);
		await until('the limit lifts', async () => (await member()).errcode === 0, { every: 100 });
		api.sim.control.rateLimit('*', { times: 5 });
		expect((await fetch(api.url('gettoken', {}))).status).toBe(200);
		expect(api.sim.requests.at(-1)!.errcode).toBe(45009);
		api.sim.control.clearFaults();
		expect((await member()).errcode).toBe(0);
	});

	it('slow answers, broken JSON, gateway errors and cut connections', async () => {
		const url = api.url('user/get', { access_token: await api.token(), userid: 'zhangsan' });
		const inject = (fault: object) =>
			api.sim.control.inject({ path: '/cgi-bin/user/get', ...fault });
		inject({ delayMs: 80 });
		const started = performance.now();
		expect(((await (await fetch(url)).json()) as Json).errcode).toBe(0);
		expect(performance.now() - started).toBeGreaterThan(75);
		inject({ rawBody: '{"errcode":0,' });
		await expect((await fetch(url)).json()).rejects.toThrow();
		inject({ status: 502 });
		const gateway = await fetch(url);
		expect([gateway.status, await gateway.text()]).toEqual([
			502,
			expect.stringContaining('<h1>502</h1>'),
		]);
		inject({ drop: true });
		await expect(fetch(url)).rejects.toThrow();
		expect((await fetch(url)).status).toBe(200);
	});
});

describe('records', () => {
	it('hide secrets behind the name of the app', async () => {
		await api.post('message/send', {
			touser: 'lisi',
			msgtype: 'text',
			agentid: DEMO_APP.agentid,
			text: { content: 'x' },
		});
		const [first, second] = api.sim.requests;
		expect(first).toMatchObject({
			method: 'GET',
			path: '/cgi-bin/gettoken',
			errcode: 0,
			query: { corpsecret: DEMO_APP.name, corpid: DEMO_CORP.corpid },
		});
		expect(second).toMatchObject({
			method: 'POST',
			path: '/cgi-bin/message/send',
			query: { access_token: DEMO_APP.name },
			body: { touser: 'lisi' },
		});
		expect(second.headers.host).toBe(`127.0.0.1:${api.sim.port}`);
		expect(second.at).toBeGreaterThan(Date.now() - 5000);
	});

	it('keep at most 20,000 entries', async () => {
		api.sim.requests.push(...Array.from({ length: 20_000 }, () => api.sim.requests[0]));
		await member();
		expect(api.sim.requests.length).toBeLessThanOrEqual(20_000);
		expect(api.sim.requests.at(-1)!.path).toBe('/cgi-bin/user/get');
	});
});

describe('over HTTP', () => {
	it('calls the methods and shows the records', async () => {
		expect(await control('refuseIp', [true, { ip: '203.0.113.7' }])).toEqual({ ok: true });
		expect((await member()).errcode).toBe(60020);
		await control('reset', []);
		await control('inject', { path: '/cgi-bin/user/get', errcode: 45009 });
		expect((await member()).errcode).toBe(45009);
		expect((await control('requests?path=/cgi-bin/user/get')).result).toHaveLength(1);
		expect((await control('tokenCalls', [DEMO_APP.agentid])).result).toBe(1);
		expect((await control('messages')).result).toEqual([]);
		expect((await control('members')).result).toHaveLength(25);
		expect((await control('apps')).result).toHaveLength(3);
		const code = (await control('issueCode', { userid: 'lisi', agentid: DEMO_APP.agentid }))
			.result as string;
		expect((await api.get('auth/getuserinfo', { code })).userid).toBe('lisi');
	});

	it('pushes, and refuses what it does not know', async () => {
		const receiver = createServer((_request, response) => response.end('ok'));
		await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
		const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
		await control('setApp', [DEMO_APP.agentid, { callback: { ...DEMO_APP.callback, url } }]);
		const { result } = await control('push', [DEMO_APP.agentid, { kind: 'enter_agent' }]);
		receiver.close();
		expect(result).toMatchObject({
			ok: true,
			attempts: [{ status: 200, body: 'ok' }],
			xml: expect.stringContaining('enter_agent'),
		});
		expect(await control('constructor', [])).toMatchObject({
			ok: false,
			error: expect.stringContaining('Unknown method'),
		});
		expect(await control('nothing')).toMatchObject({
			ok: false,
			error: expect.stringContaining('Unknown view'),
		});
	});
});

describe('a simulator', () => {
	it('takes a seed, a log and resets to its seed', async () => {
		const lines: string[] = [];
		const sim = await startSimulator({
			seed: { corpid: 'wwother' },
			log: (line) => lines.push(line),
		});
		try {
			const token = await fetch(
				`${sim.url}/cgi-bin/gettoken?corpid=wwother&corpsecret=${DEMO_APP.secret}`,
			);
			expect(((await token.json()) as Json).errcode).toBe(0);
			expect(lines).toEqual(['GET /cgi-bin/gettoken -> 0']);
			sim.state.members.clear();
			sim.control.reset();
			expect([sim.state.corpid, sim.state.members.size, sim.requests.length]).toEqual([
				'wwother',
				25,
				0,
			]);
		} finally {
			await sim.stop();
		}
		await expect(fetch(sim.url)).rejects.toThrow();
	});

	it('stops at once with an open request and an open push', async () => {
		const sim = await startSimulator();
		const silent = createServer(() => undefined);
		await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
		const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/`;
		sim.control.inject({ path: '*', delayMs: 60_000 });
		const waiting = expect(fetch(`${sim.url}/cgi-bin/gettoken`)).rejects.toThrow();
		const push = sim.push({ ...DEMO_APP.callback, url, receiveid: 'x' }, { kind: 'text' });
		await sleep(50);
		await sim.stop();
		await waiting;
		expect(await push).toMatchObject({ ok: false, attempts: [{ error: expect.any(String) }] });
		silent.close();
	});

	it('runs alone and stops on SIGTERM', async () => {
		const main = path.resolve('simulator/main.cts');
		const child = spawn(process.execPath, ['--import', 'tsx', main, '--port', '0'], {
			stdio: ['ignore', 'pipe', 'inherit'],
		});
		const exited = once(child, 'exit');
		try {
			let output = '';
			for await (const chunk of child.stdout) {
				output += String(chunk);
				if (output.includes('_control/reset')) break;
			}
			const url = /WeCom simulator on (\S+)/.exec(output)![1];
			expect(output).toContain(DEMO_APP.secret);
			expect((await fetch(`${url}/_control/apps`)).status).toBe(200);
		} finally {
			child.kill('SIGTERM');
		}
		expect(await exited).toEqual([0, null]);
	});
});
