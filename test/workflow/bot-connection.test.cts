/** The resource AI Bot over a long connection that this process holds. */
import type { IDataObject } from 'n8n-workflow';
import { botId } from '../unit/bot/live-support.cts';
import { heard, lab, live, ok, run, said } from './bot-connection-support.cts';
import { agentNode, botNode } from './bot-support.cts';

it('replies behind an AI Agent, with a feedback ID', async () => {
	const { msgid, item } = await said();
	const result = ok(
		await run([agentNode('**42**'), botNode('reply', { replyOptions: { feedback_id: 'f' } })], {
			item,
		}),
	);
	expect(result.json('reply')).toEqual([{ via: 'longConnection', botId, msgid }]);
	const [entry] = await lab.bots.waitForReply(msgid);
	expect(entry).toMatchObject({ text: '**42**', stream: { finish: true, feedbackId: 'f' } });
});

it('replaces the first answer, and a card ends it', async () => {
	live.member.wish = { firstAnswer: 'Thinking…' };
	const { msgid, item } = await said();
	const card = { msgtype: 'template_card', main_title: 'Order', card_url: 'https://example.com' };
	// A stream that has begun takes no feedback ID: it must not be refused for one.
	ok(await run([botNode('reply', { ...card, replyOptions: {} })], { item }));
	const [entry] = await lab.bots.waitForReply(msgid);
	expect(entry).toMatchObject({ text: 'Order', card: { main_title: { title: 'Order' } } });
	expect(entry.stream!.updates.map(({ content }) => content)).toEqual(['Thinking…', 'Order']);
});

it('keeps what was streamed when a card or an image follows', async () => {
	live.member.wish = { firstAnswer: 'Thinking…' };
	const card = { msgtype: 'template_card', main_title: 'Order', card_url: 'https://example.com' };
	for (const [index, ending] of [card, { msgtype: 'image' }].entries()) {
		const { msgid } = await lab.bots.say(botId, { text: 'hello' });
		const item = await heard(index + 1);
		ok(await run([botNode('streamReply', { content: 'A' })], { item }));
		const { via } = ok(await run([botNode('reply', ending)], { item, file: true })).json(
			'reply',
		)[0];
		expect(via).toBe('longConnection');
		const [entry] = await lab.bots.waitForReply(msgid);
		expect(entry).toMatchObject({ text: 'A', stream: { finish: true } });
	}
});

it('streams step by step', async () => {
	live.member.wish = { firstAnswer: 'Thinking…' };
	const { msgid, item } = await said();
	const result = ok(
		await run(
			[
				botNode('streamReply', { content: 'A', replyOptions: { feedback_id: 'f' } }, 'one'),
				botNode('streamReply', { content: 'B' }, 'two'),
				botNode('streamReply', { step: 'replace', content: 'C' }, 'three'),
				botNode('streamReply', { step: 'finish', content: 'D' }, 'end'),
			],
			{ item },
		),
	);
	const [entry] = await lab.bots.waitForReply(msgid);
	expect(entry.stream!.updates.map(({ content }) => content)).toEqual([
		'Thinking…',
		'A',
		'AB',
		'C',
		'CD',
	]);
	expect(result.json('end')).toEqual([{ via: 'longConnection', botId, msgid }]);
});

it.each(['append', 'finish'])('says nothing twice when a step is tried again: %s', async (step) => {
	const { msgid, item } = await said();
	if (step === 'finish') lab.bots.inject({ cmd: 'aibot_respond_msg', delayMs: 1 });
	lab.bots.inject({ cmd: 'aibot_respond_msg', errcode: 45009 });
	const retried = { retryOnFail: true, maxTries: 2, waitBetweenTries: 0 };
	const nodes = [
		botNode('streamReply', { content: 'A' }, 'one'),
		botNode('streamReply', { step, content: 'B' }, 'two'),
		botNode('streamReply', { step: 'finish', content: 'C' }, 'end'),
	].slice(0, step === 'append' ? 3 : 2);
	ok(
		await run(
			nodes.map((node) => ({ ...node, ...retried })),
			{ item },
		),
	);
	const [entry] = await lab.bots.waitForReply(msgid);
	expect(entry.text).toBe(step === 'append' ? 'ABC' : 'AB');
});

it("keeps the texts of two workflows apart, sub-workflows included, and a reply's from those before it", async () => {
	const { item } = await said();
	const others = {
		...item,
		wecom: { ...(item.wecom as IDataObject), run: 'of the other workflow' },
	};
	const step = (content: string) => [botNode('streamReply', { content })];
	ok(await run(step('mine'), { item, executionId: '1' }));
	ok(await run(step('yours'), { item: others, executionId: '2' }));
	const shown = () => lab.bots.transcript({ botId }).at(-1)!;
	expect(shown().text).toBe('yours');
	ok(await run(step(' again'), { item, executionId: '3' }));
	expect(shown().text).toBe('mine again');
	ok(await run([botNode('reply', { content: 'whole' })], { item, executionId: '1' }));
	ok(
		await run([botNode('streamReply', { step: 'finish', content: 'more' })], {
			item,
			executionId: '1',
		}),
	);
	expect(shown()).toMatchObject({ via: 'push', text: 'more' });
});

it('sends a file as the reply, pushes text, cards and files, and uploads', async () => {
	const { msgid, item } = await said();
	ok(await run([botNode('reply', { msgtype: 'image' })], { item, file: true }));
	const [entry] = await lab.bots.waitForReply(msgid);
	expect(entry.msgtype).toBe('image');

	const push = (parameters: IDataObject) =>
		run([botNode('send', { chatid: 'zhangsan', ...parameters })], { file: true, alone: true });
	expect(ok(await push({ content: '长'.repeat(8_000) })).json('send')).toEqual([
		{ via: 'longConnection', botId, chatid: 'zhangsan' },
	]);
	ok(await push({ msgtype: 'file' }));
	const card = ok(
		await push({
			msgtype: 'template_card',
			card_type: 'vote_interaction',
			main_title: 'Lunch?',
			option_list: { row: [{ text: 'Rice' }] },
		}),
	);
	const pushed = lab.bots.transcript({ botId }).filter(({ via }) => via === 'push');
	expect(pushed.map(({ msgtype }) => msgtype)).toEqual([
		'markdown',
		'markdown',
		'file',
		'template_card',
	]);
	expect(
		pushed
			.slice(0, 2)
			.map(({ text }) => text)
			.join(''),
	).toBe('长'.repeat(8_000));
	expect(card.json('send')[0].task_id).toBe(pushed[3].card!.task_id);

	const upload = ok(
		await run([botNode('uploadMedia', { type: 'image' })], { file: true, alone: true }),
	);
	const [{ media_id: mediaId, ...rest }] = upload.json('uploadMedia');
	expect(rest).toEqual({ type: 'image', botId });
	expect(lab.bots.media(String(mediaId))).toMatchObject({ filename: 'a.png', size: 16 });
});

it('welcomes, and updates a card', async () => {
	const buttons = {
		msgtype: 'template_card',
		card_type: 'button_interaction',
		main_title: 'Hi',
		button_list: { row: [{ text: 'Go' }] },
	};
	const { msgid } = await lab.bots.enterChat(botId);
	ok(await run([botNode('welcome', buttons)], { item: await heard() }));
	const [{ card }] = await lab.bots.waitForReply(msgid);
	const taskId = String(card!.task_id);
	await lab.bots.clickCard(botId, { taskId, eventKey: '1' });
	const item = await heard(2);
	ok(
		await run([botNode('updateCard', { main_title: 'Gone', card_url: 'https://example.com' })], {
			item,
		}),
	);
	expect(lab.bots.transcript({ botId }).at(-1)!.card).toMatchObject({
		main_title: { title: 'Gone' },
		task_id: taskId,
	});
});

it('answers a click with messages of its own, as often and as long as it likes, and a file', async () => {
	const { item: first } = await said();
	const card = { card_type: 'button_interaction', button_list: { row: [{ text: 'Go' }] } };
	const nodes = [botNode('reply', { msgtype: 'template_card', main_title: 'OK?', ...card })];
	const [{ task_id: taskId }] = ok(await run(nodes, { item: first })).json('reply');
	await lab.bots.clickCard(botId, { taskId: String(taskId), eventKey: '1' });
	const item = await heard(2);
	expect(item.response_url).toEqual(expect.any(String));
	const long = '长'.repeat(8_000);
	for (const content of ['Thanks', long]) {
		const [told] = ok(await run([botNode('reply', { content })], { item })).json('reply');
		expect(told).toMatchObject({ via: 'longConnection' });
		expect(told).not.toHaveProperty('warning');
	}
	ok(await run([botNode('reply', { msgtype: 'image' })], { item, file: true }));
	const pushed = lab.bots.transcript({ botId }).filter(({ via }) => via === 'push');
	expect(pushed.map(({ chat, msgtype }) => [chat, msgtype])).toEqual([
		...Array.from({ length: 3 }, () => ['zhangsan', 'markdown']),
		['zhangsan', 'image'],
	]);
	const [thanks, ...parts] = pushed.slice(0, 3).map(({ text }) => text);
	expect([thanks, parts.join('')]).toEqual(['Thanks', long]);
});

it('answers a click at its response_url where no connection is open', async () => {
	const { item: first } = await said();
	const card = { card_type: 'button_interaction', button_list: { row: [{ text: 'Go' }] } };
	const nodes = [botNode('reply', { msgtype: 'template_card', main_title: 'OK?', ...card })];
	const [{ task_id: taskId }] = ok(await run(nodes, { item: first })).json('reply');
	await lab.bots.clickCard(botId, { taskId: String(taskId), eventKey: '1' });
	const item = await heard(2);
	await lab.leave(live.member);
	const thanks = [botNode('reply', { content: 'Thanks' })];
	expect(ok(await run(thanks, { item, alone: true })).json('reply')).toMatchObject([
		{ via: 'responseUrl' },
	]);
});
