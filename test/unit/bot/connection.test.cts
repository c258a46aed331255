import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { LoggerProxy, type IDataObject } from 'n8n-workflow';
import { WebSocketServer } from 'ws';
import { BotConnection, connectionTimings } from '../../../nodes/shared/bot/connection';
import { brokeOff, unreachable, withReason } from '../../../nodes/shared/bot/errors';
import { connectedBot, tryBot } from '../../../nodes/shared/bot/connectedBots';
import { streamTimings } from '../../../nodes/shared/bot/streamTimings';
import { botId, pause, until, useLab } from './live-support.cts';

const lab = useLab();
const counts = () => lab.bots.connections(botId);

describe('the connection', () => {
	it('authenticates, answers to its bot id, and is gone after the last workflow has left', async () => {
		const member = await lab.join();
		expect(counts()).toMatchObject({ open: 1, subscribes: 1 });
		expect(connectedBot(lab.credential())).toBeDefined();
		expect(connectedBot(lab.credential({ botId: 'another' }))).toBeUndefined();
		// The ID alone opens nothing.
		expect(connectedBot(lab.credential({ botSecret: '' }))).toBeUndefined();
		await lab.leave(member);
		await until('closing', () => lab.bots.openSockets() === 0);
		expect(connectedBot(lab.credential())).toBeUndefined();
		await pause(100);
		expect(counts().subscribes).toBe(1);
	});

	it('is one for all workflows that use the bot', async () => {
		const [one, two] = await Promise.all([lab.join(), lab.join()]);
		expect(counts()).toMatchObject({ open: 1, subscribes: 1, kicked: 0 });
		two.wish = undefined;
		await lab.bots.say(botId, { text: 'hello' });
		await until('the message', () => one.messages.length === 1);
		expect(two.messages).toHaveLength(0);
		await lab.leave(one);
		expect(counts().open).toBe(1);
	});

	it('pings, and is made anew when two pings are not answered', async () => {
		connectionTimings.ping = 30;
		await lab.join();
		await until('three pings', () => counts().pings >= 3);
		expect(counts().subscribes).toBe(1);
		lab.bots.inject({ cmd: 'ping', silent: true, times: 2 });
		await until('a new connection', () => counts().subscribes === 2);
		expect(lab.bots.openSockets()).toBe(1);
	});

	it('comes back after a cut, waiting longer each time until it is authenticated again', async () => {
		connectionTimings.retryFirst = 40;
		await lab.join();
		const seen: number[] = [];
		lab.bots.inject({ cmd: 'upgrade', times: 6 });
		const { faults } = lab.bots.sockets;
		const take = faults.take.bind(faults);
		jest.spyOn(faults, 'take').mockImplementation((path) => {
			if (path === 'upgrade') seen.push(Date.now());
			return take(path);
		});
		const cut = Date.now();
		lab.bots.drop(botId);
		await until('a new connection', () => counts().subscribes === 2);
		jest.restoreAllMocks();
		const waits = [cut, ...seen].slice(0, -1).map((at, index) => seen[index] - at);
		expect(waits).toHaveLength(7);
		// 40, 80, 160, then 200, each shortened by up to a quarter.
		for (const [index, wait] of [40, 80, 160, 200, 200, 200, 200].entries())
			expect(waits[index]).toBeGreaterThanOrEqual(wait * 0.7);
		// On a busy machine some come late, but not all of them.
		expect(Math.min(...waits.slice(4))).toBeLessThan(640 * 0.75);
		// Once it has brought something it has worked, and the next one comes soon.
		const soon: number[] = [];
		for (let round = 0; round < 5 && !soon.some((wait) => wait < 200 * 0.75); round++) {
			await lab.bots.say(botId, { text: 'hello' });
			await pause(20);
			const again = Date.now();
			lab.bots.drop(botId);
			await until('a new connection', () => counts().subscribes === 3 + round);
			soon.push(Date.now() - again);
		}
		expect(Math.min(...soon)).toBeLessThan(200 * 0.75);
	});

	it('does not storm a WeCom that lets it in and closes at once', async () => {
		Object.assign(connectionTimings, { retryFirst: 20, retryMost: 400 });
		await lab.join();
		const began = Date.now();
		let seen = 1;
		lab.bots.drop(botId);
		while (Date.now() - began < 1_500) {
			if (counts().subscribes > seen) {
				seen = counts().subscribes;
				lab.bots.drop(botId);
			}
			await pause(2);
		}
		// 20, 40, 80, 160, 320, 400 …, each shortened by up to a quarter.
		expect(seen).toBeGreaterThan(3);
		expect(seen).toBeLessThan(10);
	});

	it('waits as at first after a connection that has lived long enough', async () => {
		Object.assign(connectionTimings, { retryFirst: 60, retryMost: 60_000, stable: 50 });
		await lab.join();
		// The last one would be waited for longer than `until` waits.
		for (let cut = 2; cut < 11; cut++) {
			await pause(70);
			lab.bots.drop(botId);
			await until('a new connection', () => counts().subscribes === cut);
		}
	});

	it('reads frames with control characters, and says when one cannot be read', async () => {
		const warn = jest.spyOn(LoggerProxy, 'warn').mockImplementation(() => undefined);
		const member = await lab.join();
		const frame = (content: string) =>
			`{"cmd":"aibot_msg_callback","headers":{"req_id":"r"},"body":{"msgid":"${content.length}","msgtype":"text","from":{"userid":"lisi"},"text":{"content":"${content}"}}}`;
		lab.bots.pushFrame(botId, frame('a\u0001b\u000bc'));
		lab.bots.pushFrame(botId, frame('line\nline'));
		lab.bots.pushFrame(botId, '{"cmd":"aibot_msg_callback", cut');
		await until('both messages', () => member.messages.length === 2);
		expect(member.messages.map(({ body }) => (body.text as IDataObject).content)).toEqual([
			'abc',
			'line line',
		]);
		const unread = () => warn.mock.calls.filter(([text]) => /not be read/.test(text));
		await until('the warning', () => unread().length > 0);
		expect(unread()).toHaveLength(1);
		warn.mockRestore();
	});

	it('delivers what comes after each of 20 cuts, and nothing twice', async () => {
		const member = await lab.join();
		for (let round = 1; round <= 20; round++) {
			lab.bots.drop(botId, round % 2 ? undefined : 1012);
			await until('a new connection', () => counts().subscribes === round + 1);
			const { body, reqId } = await lab.bots.say(botId, { text: `${round}` });
			lab.bots.pushFrame(botId, { cmd: 'aibot_msg_callback', headers: { req_id: reqId }, body });
			await until('the message', () => member.messages.length === round);
		}
		await pause(50);
		expect(member.messages.map(({ body }) => (body.text as { content: string }).content)).toEqual(
			Array.from({ length: 20 }, (_, index) => String(index + 1)),
		);
	});

	it('authenticates anew when WeCom has forgotten it', async () => {
		await lab.join();
		lab.bots.inject({ cmd: 'aibot_send_msg', errcode: 846609 });
		await expect(
			connectedBot(lab.credential())!.request('aibot_send_msg', {}),
		).rejects.toMatchObject({
			errcode: 846609,
		});
		await until('a new connection', () => counts().subscribes === 2);
	});

	it('leaves other frames and broken ones aside', async () => {
		const member = await lab.join();
		for (const frame of ['{', '[]', '{"cmd":"new_thing","headers":{"req_id":"1"},"body":{}}'])
			lab.bots.pushFrame(botId, frame);
		lab.bots.pushFrame(botId, { headers: { req_id: 'nobody' }, errcode: 0 });
		await lab.bots.say(botId, { text: 'still there' });
		await until('the message', () => member.messages.length === 1);
	});
});

describe('the first attempt', () => {
	it('fails with the reason when the secret is wrong, and is not repeated', async () => {
		await expect(lab.join(undefined, { secret: 'wrong' })).rejects.toMatchObject({
			message: expect.stringMatching(/^Authorization refused: .*Bot ID and Secret \(853000\)$/),
			description: expect.stringContaining('Long Connection'),
		});
		await pause(150);
		expect(counts()).toMatchObject({ refused: 1, subscribes: 0 });
		expect(lab.bots.openSockets()).toBe(0);
		expect(connectedBot(lab.credential())).toBeUndefined();
	});

	it('does not show WeCom the same wrong secret again, however often n8n activates', async () => {
		for (let attempt = 0; attempt < 5; attempt++)
			await expect(lab.join(undefined, { secret: 'worse' })).rejects.toThrow('refused');
		expect(counts().refused).toBe(1);
		await lab.join();
	});

	it('shows WeCom a secret again at the last of the five tries of n8n, since it may be right by then', async () => {
		const clock = jest.spyOn(Date, 'now');
		const began = Date.now();
		const at = (seconds: number) => clock.mockReturnValue(began + seconds * 1000);
		const secret = 'right-later';
		for (const seconds of [0, 1, 3, 7]) {
			at(seconds);
			await expect(lab.join(undefined, { secret })).rejects.toThrow('refused');
		}
		lab.bots.setBot(botId, { secret });
		at(15);
		await lab.join(undefined, { secret });
		clock.mockRestore();
		expect(counts()).toMatchObject({ refused: 1, subscribes: 1 });
	});

	it('says when the bot is set to callbacks', async () => {
		lab.bots.setBot(botId, { mode: 'callback' });
		await expect(lab.join()).rejects.toMatchObject({ errcode: 846601 });
	});

	it('fails at once where nothing listens', async () => {
		const server = createServer().listen(0, '127.0.0.1');
		await once(server, 'listening');
		const { port } = server.address() as AddressInfo;
		await new Promise((resolve) => server.close(resolve));
		const url = `ws://127.0.0.1:${port}`;
		await expect(lab.join(undefined, { url })).rejects.toMatchObject({
			message: expect.stringContaining(`WeCom cannot be reached at ${url}`),
		});
	});

	it('finds out why, where the WebSocket does not tell', async () => {
		const url = 'wss://wecom.example';
		const asked: string[] = [];
		const reason = async (failure: unknown, error?: object) =>
			(await withReason(failure, url, async (to) => {
				asked.push(to);
				if (error) throw error;
			})) as Error;
		const failure = unreachable(url);
		expect((await reason(failure, { cause: { code: 'ENOTFOUND' } })).message).toBe(
			`WeCom cannot be reached at ${url} (the host name is unknown)`,
		);
		expect(asked).toEqual(['https://wecom.example']);
		expect(await reason(failure)).toBe(failure);
		expect(await reason(failure, new Error('HTTP 400'))).toBe(failure);
		const other = brokeOff();
		expect(await reason(other, { code: 'ENOTFOUND' })).toBe(other);
	});

	it('ends after a while where nobody answers', async () => {
		connectionTimings.connect = 100;
		lab.bots.inject({ cmd: 'aibot_subscribe', silent: true });
		await expect(lab.join()).rejects.toThrow(/cannot be reached|did not answer/);
		await until('closing', () => lab.bots.openSockets() === 0);
	});

	it('names the Node.js it needs', async () => {
		(globalThis as { WebSocket?: unknown }).WebSocket = undefined;
		await expect(lab.join()).rejects.toMatchObject({
			message: expect.stringContaining('without WebSocket'),
			description: expect.stringContaining('Node.js 22'),
		});
	});

	it('is tried again when WeCom is only busy', async () => {
		await lab.join();
		lab.bots.inject({ cmd: 'aibot_subscribe', errcode: -1, times: 2 });
		lab.bots.drop(botId);
		await until('a new connection', () => counts().subscribes === 2);
	});
});

describe('when the bot is gone', () => {
	it('a kick ends it, tells every workflow who may be there, and the next to join brings all back', async () => {
		const members = [await lab.join(), await lab.join()];
		lab.bots.kick(botId);
		await until('the news', () => members.every(({ lostBy }) => lostBy.length === 1));
		expect(members.map(({ lostBy }) => lostBy)).toEqual([['kicked'], ['kicked']]);
		expect(members[0].lastLoss!.description).toMatch(/another n8n.*SDK/);
		await pause(300);
		expect(counts()).toMatchObject({ open: 0, subscribes: 1 });
		expect(connectedBot(lab.credential())).toBeUndefined();

		const third = await lab.join();
		await lab.bots.say(botId, { text: 'back' });
		await until('the message', () => [...members, third].every((one) => one.messages.length === 1));
	});

	it('a changed secret ends it with one attempt', async () => {
		const member = await lab.join();
		lab.bots.setBot(botId, { secret: 'new' });
		lab.bots.drop(botId);
		await until('the news', () => member.lostBy.length === 1);
		expect(member.lostBy).toEqual(['refused']);
		await pause(300);
		expect(counts().refused).toBe(1);
		expect(lab.bots.openSockets()).toBe(0);
	});

	it('a kick while a wrong secret is tried tells every workflow', async () => {
		const members = [await lab.join(), await lab.join()];
		lab.bots.inject({ cmd: 'aibot_subscribe', delayMs: 80 });
		const joining = lab.join(undefined, { secret: 'wrong-and-slow' });
		await until('the attempt', () => lab.bots.openSockets() === 2);
		lab.bots.kick(botId);
		await expect(joining).rejects.toThrow('Authorization refused');
		expect(members.map(({ lostBy }) => lostBy)).toEqual([['kicked'], ['kicked']]);
		await until('closing', () => lab.bots.openSockets() === 0);
		await expect(lab.join(undefined, { secret: 'wrong-too' })).rejects.toThrow('refused');
		expect(members[0].lostBy).toEqual(['kicked']);
	});

	it('a wrong secret says nothing over the connection of the owner, however long it waits', async () => {
		await lab.join();
		lab.bots.inject({ cmd: 'aibot_subscribe', delayMs: 80 });
		const wrong = lab.join(undefined, { secret: 'of-a-stranger' });
		// As a node has it that must wait for its place among the messages of a minute.
		const live = connectedBot(lab.credential({ botSecret: 'of-a-stranger' }))!;
		await expect(wrong).rejects.toThrow('refused');
		const message = { chatid: 'zhangsan', msgtype: 'markdown', markdown: { content: 'a lie' } };
		await expect(live.request('aibot_send_msg', message)).rejects.toThrow();
		expect(JSON.stringify(lab.bots.frames(botId))).not.toContain('a lie');
	});

	it('a wrong secret that is tested does not hide a kick', async () => {
		const member = await lab.join();
		await expect(tryBot(lab.settings({ secret: 'of-a-stranger' }))).rejects.toThrow('refused');
		lab.bots.kick(botId);
		await until('the news', () => member.lostBy.length === 1);
	});

	it('workflows with the old secret move to the connection with the new one', async () => {
		const old = await lab.join();
		lab.bots.setBot(botId, { secret: 'new' });
		const fresh = await lab.join(undefined, { secret: 'new' });
		await until('the kick', () => lab.bots.openSockets() === 1);
		await lab.bots.say(botId, { text: 'for both' });
		await until('the message', () => [old, fresh].every((one) => one.messages.length === 1));
		expect(old.lostBy).toEqual([]);
		await lab.leave(fresh);
		expect(counts().open).toBe(1);
	});

	it('an agent that speaks meanwhile speaks on over the new one', async () => {
		Object.assign(streamTimings, { frame: 10, firstWords: 10 });
		const old = await lab.join();
		const { msgid } = await lab.bots.say(botId, { text: 'hello' });
		await until('the message', () => old.messages.length === 1);
		const shown = () => lab.bots.transcript({ replyTo: msgid })[0];
		const [message] = old.messages;
		const end = message.begin();
		message.show('Hello');
		await until('the first words', () => shown()?.text === 'Hello');
		lab.bots.setBot(botId, { secret: 'new' });
		await lab.join(undefined, { secret: 'new' });
		await until('the kick', () => lab.bots.openSockets() === 1);
		message.show('Hello world');
		await until('the next words', () => shown().text === 'Hello world');
		await end();
		expect(shown()).toMatchObject({ text: 'Hello world', stream: { finish: true } });
		expect(lab.bots.transcript({ replyTo: msgid })).toHaveLength(1);
	});
});

describe('the test of the credential', () => {
	it('connects, and leaves nothing behind', async () => {
		await tryBot(lab.settings());
		await until('closing', () => lab.bots.openSockets() === 0);
		expect(counts().subscribes).toBe(1);
		await expect(tryBot(lab.settings({ secret: 'wrong' }))).rejects.toThrow(
			'Authorization refused',
		);
	});

	it('does not take the bot from a workflow with the same settings', async () => {
		await lab.join();
		await tryBot(lab.settings());
		expect(counts()).toMatchObject({ subscribes: 1, kicked: 0 });
	});

	it('with a new secret takes it for a moment only', async () => {
		const member = await lab.join();
		lab.bots.setBot(botId, { secret: 'new' });
		await tryBot(lab.settings({ secret: 'new' }));
		lab.bots.setBot(botId, { secret: lab.settings().secret });
		await until('coming back', () => counts().subscribes === 3 && counts().open === 1);
		expect(member.lostBy).toEqual([]);
	});
});

describe('uploads', () => {
	it('sends a file in parts, a few at a time', async () => {
		await lab.join();
		lab.bots.inject({ cmd: 'aibot_upload_media_chunk', delayMs: 20, times: 5 });
		const data = Buffer.alloc(2.5 * 1024 * 1024, 'wecom');
		const { media_id } = await connectedBot(lab.credential())!.upload({
			data,
			fileName: '报表.bin',
			type: 'file',
		});
		const stored = lab.bots.media(media_id);
		expect(stored).toMatchObject({ filename: '报表.bin', size: data.length });
		expect(Buffer.from(stored.base64, 'base64').equals(data)).toBe(true);
		expect(counts().parallelChunks).toBeGreaterThan(1);
		expect(counts().parallelChunks).toBeLessThanOrEqual(4);
	});

	it('sends a part again whose answer got lost, and none that WeCom refuses', async () => {
		await lab.join();
		connectionTimings.uploadAnswer = 1_000;
		const file = { data: Buffer.alloc(1024, 'x'), fileName: 'a.bin', type: 'file' as const };
		const upload = async () => await connectedBot(lab.credential())!.upload(file);
		lab.bots.inject({ cmd: 'aibot_upload_media_chunk', silent: true });
		expect(lab.bots.media((await upload()).media_id)).toMatchObject({ size: 1024 });
		lab.bots.inject({ cmd: 'aibot_upload_media_chunk', errcode: 45009 });
		await expect(upload()).rejects.toMatchObject({ errcode: 45009 });
	});

	it.each([0, 50 * 1024 * 1024 + 1])('refuses %d bytes', async (size) => {
		await lab.join();
		const file = { data: Buffer.alloc(size), fileName: 'a.bin', type: 'file' as const };
		await expect(connectedBot(lab.credential())!.upload(file)).rejects.toThrow(
			"'a.bin' is smaller than 5 bytes or larger than 50 MB",
		);
	});
});

it('keeps nothing of 1,000 connections before', async () => {
	setFlagsFromString('--expose-gc');
	const collect = runInNewContext('gc') as () => void;
	Object.assign(connectionTimings, { tick: 1, retryFirst: 1, retryMost: 1 });
	let opened = 0;
	const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
	await once(server, 'listening');
	server.on('connection', (socket) =>
		socket.on('message', (text: Buffer) => {
			const { headers } = JSON.parse(text.toString()) as { headers: object };
			socket.send(JSON.stringify({ headers, errcode: 0 }), () => socket.terminate());
			opened++;
		}),
	);
	const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
	const nobody = { onFrame() {}, onKick: () => false, onEnd() {}, onTick() {} };
	const connection = new BotConnection({ botId: 'b', secret: 's', url }, nobody);
	connection.start();
	const heapAfter = async (count: number) => {
		await until(`${count} connections`, () => opened >= count, { within: 60_000 });
		collect();
		return process.memoryUsage().heapUsed;
	};
	const before = await heapAfter(200);
	const after = await heapAfter(1_200);
	await connection.close();
	await new Promise((resolve) => server.close(resolve));
	// What 1,000 sockets or their listeners would take is some 10 MB.
	expect((after - before) / 1024).toBeLessThan(5_120);
}, 90_000);
