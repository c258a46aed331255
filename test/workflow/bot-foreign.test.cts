/** Another owner on the same n8n, who knows what is no secret: the ID of a bot, of a message, of a stream. */
import type { IDataObject } from 'n8n-workflow';
import { DEMO_CALLBACK_BOT } from '../../simulator/bot/data.cts';
import { startSimulator } from '../../simulator/server.cts';
import { botId, Member, until } from '../unit/bot/live-support.cts';
import { heard, lab, live, ok, run } from './bot-connection-support.cts';
import { BotInstance, botNode } from './bot-support.cts';
import { useSimulator } from './support.cts';

jest.setTimeout(60_000);

describe('over a long connection, with a credential of the same Bot ID and another WebSocket URL', () => {
	const SAID = { content: 'to the attacker?' };

	it('replies of the owner go to the owner, whoever connected last', async () => {
		const other = await startSimulator();
		try {
			const attacker = new Member();
			const url = other.url.replace('http', 'ws');
			await lab.join(attacker, { url });
			await other.bots.waitForConnection(botId);
			const before = other.bots.frames(botId).length;
			live.member.wish = { firstAnswer: 'Thinking…' };
			const { msgid } = await lab.bots.say(botId, { text: 'a question' });
			const item = await heard();
			ok(await run([botNode('reply', { content: 'the answer' })], { item }));
			const [entry] = await lab.bots.waitForReply(msgid);
			expect(entry.text).toBe('the answer');
			expect(attacker.messages).toEqual([]);
			expect(JSON.stringify(other.bots.frames(botId).slice(before))).not.toContain('the answer');
		} finally {
			await other.stop();
		}
	});

	it.each(['reply', 'streamReply'])(
		'%s of the attacker says nothing in the chat',
		async (operation) => {
			live.member.wish = { firstAnswer: 'Thinking…' };
			const { msgid } = await lab.bots.say(botId, { text: 'a question' });
			// Whoever has its response_url may answer once: WeCom says so, and that address is a secret.
			const item = { ...(await heard()), response_url: undefined };
			for (const stolen of [
				{ websocketUrl: 'ws://127.0.0.1:9' },
				{ botSecret: 'of another bot' },
			]) {
				live.credential = { ...lab.credential(), ...stolen };
				const { error } = await run([botNode(operation, SAID)], { item, alone: true });
				expect(error).toBeDefined();
			}
			expect(JSON.stringify(lab.bots.transcript({ replyTo: msgid }))).not.toContain(SAID.content);
		},
	);
});

describe('in callback mode, with the ID of a stream', () => {
	const simulator = useSimulator();
	const foreign = {
		token: 'of-the-attacker',
		encodingAesKey: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG',
	};
	const victim = new BotInstance();
	const attacker = new BotInstance(foreign);
	const attackersBot = 'aibOfTheAttacker';

	beforeEach(async () => {
		for (const instance of [victim, attacker]) {
			instance.reset();
			await instance.start();
		}
		const { bots } = simulator();
		const { botId: id, callback } = DEMO_CALLBACK_BOT;
		bots.setBot(id, { callback: { ...callback, url: victim.callbackUrl } });
		bots.addBot({
			...DEMO_CALLBACK_BOT,
			botId: attackersBot,
			callback: { ...foreign, url: attacker.callbackUrl },
		});
		bots.setPollInterval(60_000);
		victim.parameters = { botOptions: { firstAnswer: 'a secret answer' } };
		attacker.parameters = { botOptions: { firstAnswer: 'mine' } };
	});
	afterEach(async () => void (await Promise.all([victim.stop(), attacker.stop()])));

	/** A stream of the owner that has begun, and the item that names it. */
	const begun = async () => {
		await simulator().bots.say(DEMO_CALLBACK_BOT.botId, { text: 'a question' });
		await until('the item', () => victim.items.length === 1);
		const [item] = victim.items;
		return { item, streamId: String((item.wecom as IDataObject).streamId) };
	};

	it('a foreign trigger cannot read it', async () => {
		const { streamId } = await begun();
		expect(streamId).toMatch(/^[0-9a-f]{32}$/);
		const { outcomes } = await simulator().bots.say(attackersBot, {
			text: 'x',
			fields: { msgtype: 'stream', stream: { id: streamId }, aibotid: DEMO_CALLBACK_BOT.botId },
		});
		expect(outcomes[0].status).toBe(200);
		expect(JSON.stringify(outcomes)).not.toContain('a secret answer');
	});

	it.each(['reply', 'streamReply'])(
		'%s of a foreign credential cannot change it',
		async (operation) => {
			const { item } = await begun();
			attacker.nodes = [botNode(operation, { content: 'overwritten' })];
			attacker.forged = {
				...item,
				response_url: undefined,
				wecom: { ...(item.wecom as IDataObject), replyUrl: undefined },
			};
			await simulator().bots.say(attackersBot, { text: 'x' });
			await until('the run', () => attacker.runs.length === 1);
			await Promise.all(attacker.runs);
			const entries = simulator().bots.transcript({ botId: DEMO_CALLBACK_BOT.botId });
			expect(JSON.stringify(entries)).not.toContain('overwritten');
		},
	);
});
