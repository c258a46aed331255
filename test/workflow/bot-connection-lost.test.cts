/** The resource AI Bot where the message is forgotten, the connection is in another process, or WeCom refuses. */
import type { IDataObject } from 'n8n-workflow';
import { botId, until } from '../unit/bot/live-support.cts';
import { heard, lab, live, ok, run, said } from './bot-connection-support.cts';
import { botNode, workerNode } from './bot-support.cts';

it.each([
	['text', 25],
	['template_card', 50],
	['image', 75],
])('replies to a message this process has forgotten: %s', async (msgtype, hours) => {
	const { item } = await said();
	const later = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + hours * 3_600_000);
	try {
		// WeCom takes an answer for a day; messages older than an hour make room.
		await lab.bots.say(botId, { from: 'lisi', text: 'another' });
		await heard(2);
		const card = { main_title: 'Order', card_url: 'https://example.com' };
		const node = botNode('reply', { msgtype, content: 'better late', ...card });
		expect(ok(await run([node], { item, file: true })).json('reply')).toMatchObject([
			{ via: 'longConnection', late: true },
		]);
	} finally {
		later.mockRestore();
	}
	expect(lab.bots.transcript({ botId }).at(-1)).toMatchObject({ via: 'push', chat: 'zhangsan' });
});

it('hands the reply of a worker to the trigger, files included', async () => {
	live.action = workerNode();
	const { item } = await said();
	const { reqId, streamId, receivedAt, run: ofWorkflow } = item.wecom as { [name: string]: string };
	expect(streamId).toBeUndefined();
	const text = ok(await run([botNode('reply', { content: 'from afar' })], { item }));
	expect(text.responses).toEqual([
		{
			wecomBot: {
				cmd: 'aibot_respond_msg',
				body: {
					msgtype: 'stream',
					stream: { id: expect.any(String) as string, finish: true, content: 'from afar' },
				},
				reqId,
				origin: { chatid: 'zhangsan', at: Date.parse(receivedAt), run: ofWorkflow },
			},
		},
	]);
	const file = ok(await run([botNode('reply', { msgtype: 'image' })], { item, file: true }));
	expect(file.responses).toMatchObject([
		{
			wecomBot: {
				body: { msgtype: 'image', image: {} },
				file: { fileName: 'a.png', type: 'image', data: expect.stringMatching(/^iVBOR/) as string },
			},
		},
	]);
	const alone = async (message: IDataObject) =>
		await run([botNode('reply', { content: 'x' })], { item: message, alone: true });
	expect(ok(await alone(item)).json('reply')).toMatchObject([{ via: 'responseUrl' }]);
	const without = await alone({ ...item, response_url: '' });
	expect(without.responses).toEqual([]);
	expect(without.nodeError('reply')?.message).toBe(
		'The long connection this message came on is not open in this process',
	);
});

it('does not fail when WeCom has taken the beginning of a text: tried again, it would be there twice', async () => {
	const content = '长'.repeat(8_000);
	const warning = expect.stringContaining('the beginning of the text only') as string;
	const { item } = await said();
	const texts = () => lab.bots.transcript({ botId }).filter(({ via }) => via !== 'user');
	lab.bots.inject({ cmd: 'aibot_send_msg', errcode: 45009 });
	const reply = await run([botNode('reply', { content })], { item });
	expect(ok(reply).json('reply')).toMatchObject([{ via: 'longConnection', warning }]);
	expect(texts()).toHaveLength(1);

	lab.bots.inject({ cmd: 'aibot_send_msg', delayMs: 1 });
	lab.bots.inject({ cmd: 'aibot_send_msg', errcode: 45009 });
	const push = await run([botNode('send', { chatid: 'zhangsan', content })], { alone: true });
	expect(ok(push).json('send')).toMatchObject([{ via: 'longConnection', warning }]);
	expect(texts()).toHaveLength(2);
});

it('says so when the bot is lost: no worker is there to hand the reply to', async () => {
	const { item } = await said();
	lab.bots.kick(botId);
	await until('the kick', () => live.member.lostBy.length === 1);
	const nodes = [botNode('reply', { content: 'x' })];
	const without = await run(nodes, { item: { ...item, response_url: '' } });
	expect(without.responses).toEqual([]);
	expect(without.nodeError('reply')?.message).toBe(
		'The long connection this message came on is not open in this process',
	);
	expect(ok(await run(nodes, { item })).json('reply')).toMatchObject([{ via: 'responseUrl' }]);
});

it('says so when a single node is tested and nothing is published', async () => {
	live.action = workerNode();
	const { item } = await said();
	const nodes = [botNode('reply', { content: 'x' })];
	const alone = await run(nodes, { item: { ...item, response_url: '' }, mode: 'manual' });
	expect(alone.responses).toEqual([]);
	expect(alone.nodeError('reply')?.message).toContain('is not open in this process');
});

it('says what is missing for a message nobody asked for', async () => {
	await lab.leave(live.member);
	const push = () => run([botNode('send', { chatid: 'zhangsan', content: 'x' })], { alone: true });
	expect((await push()).nodeError('send')).toMatchObject({
		message: 'The long connection of the bot is not open in this process',
		description: expect.stringContaining('Publish a workflow with a WeCom Bot Trigger'),
	});
	live.credential = { token: 'x', encodingAesKey: 'y' };
	expect((await push()).nodeError('send')?.message).toBe(
		'The WeCom AI Bot API credential has no Bot ID',
	);
});

it.each([{ botSecret: '' }, { botSecret: 'guessed' }])(
	'does not speak for a bot whose ID alone is known: %j',
	async (known) => {
		const { item } = await said();
		live.credential = lab.credential(known);
		const push = await run([botNode('send', { chatid: 'zhangsan', content: 'x' })], {
			alone: true,
		});
		expect(push.nodeError('send')?.message).toContain('is not open in this process');
		const reply = await run([botNode('reply', { content: 'x' })], {
			item: { ...item, response_url: '' },
			alone: true,
		});
		expect(reply.nodeError('reply')?.message).toContain('is not open in this process');
		expect(lab.bots.transcript({ botId })).toHaveLength(1);
	},
);

it("passes WeCom's refusal on, and asks for a message", async () => {
	const { item } = await said();
	const refused = await run([botNode('send', { chatid: 'nobody', content: 'x' })], { alone: true });
	expect(refused.nodeError('send')?.message).toContain('93006');
	const none = await run([botNode('reply', { content: 'x' })], { alone: true });
	expect(none.nodeError('reply')).toMatchObject({
		message: 'No message to an AI bot came this way',
		description: expect.stringContaining("{{ $('WeCom Bot Trigger').item.json }}"),
	});
	const given = await run(
		[botNode('reply', { content: 'x', replyOptions: { message: JSON.stringify(item) } })],
		{ alone: true },
	);
	expect(ok(given).json('reply')).toMatchObject([{ via: 'longConnection' }]);
});
