/** One tap in WeCom: from the card to the waiting execution and back to the card. */
import { DEMO_APP } from '../../simulator/demo-data.cts';
import { logged } from '../support/harness.cts';
import {
	answerOf,
	newestCard,
	triggerNode,
	until,
	useNewestCard,
	useQuestions,
} from './send-and-wait-support.cts';
import { useSimulator } from './support.cts';

const simulator = useSimulator();
const questions = useQuestions(simulator);

const { seenBy, press } = useNewestCard(simulator);
/** The message that comes where an answer did not get to its execution. */
const isToldOfFailure = (userid: string) =>
	simulator().state.messages.some(
		({ msgtype, body }) =>
			msgtype === 'text' &&
			body.touser === userid &&
			String(body.text.content).startsWith('Your answer could not be recorded.'),
	);

describe('an approval in the card', () => {
	it('asks with two buttons and waits', async () => {
		const { run } = await questions().ask({
			options: {
				details: { values: [{ name: 'Amount', value: '1,200' }] },
				link: { values: { title: 'Receipt', url: 'https://example.com/r/7' } },
			},
		});
		expect(run.error).toBeUndefined();
		expect(run.run.status).toBe('waiting');
		const { card } = seenBy('lisi');
		expect(card).toMatchObject({
			card_type: 'button_interaction',
			main_title: { title: 'Expense of 1,200' },
			sub_title_text: 'Taxi to the airport, 2026-03-05',
			horizontal_content_list: [
				{ keyname: 'Amount', value: '1,200' },
				{ type: 1, keyname: 'Receipt', url: 'https://example.com/r/7' },
			],
		});
		expect(card.button_list.map(({ text }: { text: string }) => text)).toEqual([
			'Approve',
			'Decline',
		]);
		for (const { key } of card.button_list) {
			expect(key).toMatch(/^hitl:\/webhook-waiting\/\d+\/ask-1\?/);
			expect(Buffer.byteLength(key)).toBeLessThan(1024);
		}
	});

	it('goes on with the tap of one person, and says on the cards of all who it was', async () => {
		const execution = await questions().ask();
		const { ok, attempts } = await press('zhangsan', 'Approve');
		expect({ ok, body: attempts[0].body }).toEqual({ ok: true, body: '' });
		await until(() => execution.output, 'the answer');
		expect(answerOf(execution)).toEqual({
			approved: true,
			respondedAt: expect.any(String),
			responder: { id: 'zhangsan', name: '张三', source: 'wecom' },
			userid: 'zhangsan',
		});
		await until(() => seenBy('lisi').replaced, 'the changed card');
		for (const userid of ['zhangsan', 'lisi']) {
			const { card, replaced } = seenBy(userid);
			expect(replaced).toBe('Approved');
			expect(card.horizontal_content_list).toEqual([
				{
					keyname: 'Result',
					value: expect.stringMatching(/^Approved by 张三, \d{4}-\d\d-\d\d \d\d:\d\d$/),
				},
			]);
		}
		// The click is none of the trigger's own events.
		expect(questions().started).toEqual([]);
	});

	it('goes to departments and tags', async () => {
		await questions().ask({ sendTo: ['departments', 'tags'], toparty: '2', totag: '1' });
		const { body, recipients } = simulator().state.messages.at(-1)!;
		expect(body).toMatchObject({ toparty: '2', totag: '1' });
		expect(body).not.toHaveProperty('touser');
		await press(recipients[0], 'Approve');
		await until(() => seenBy(recipients[0]).replaced === 'Approved', 'the changed card');
	});

	it('knows a refusal from an approval', async () => {
		const execution = await questions().ask();
		await press('lisi', 'Decline');
		await until(() => execution.output, 'the answer');
		expect(answerOf(execution)).toMatchObject({ approved: false, userid: 'lisi' });
		await until(() => seenBy('zhangsan').replaced === 'Declined', 'the changed card');
	});

	it('takes the first of two who press at the same moment, and tells the other', async () => {
		const execution = await questions().ask();
		await Promise.all([press('zhangsan', 'Approve'), press('lisi', 'Decline')]);
		await until(() => execution.output, 'the answer');
		const { approved, userid } = answerOf(execution)!;
		expect(userid).toBe(approved ? 'zhangsan' : 'lisi');
		const word = approved ? 'Approved' : 'Declined';
		for (const one of ['zhangsan', 'lisi'])
			await until(() => seenBy(one).replaced === word, 'the cards');
	});

	it('is not moved by a second click, nor by one after the end', async () => {
		const execution = await questions().ask();
		const taskId = newestCard(simulator());
		await press('zhangsan', 'Approve');
		await until(() => execution.output, 'the answer');
		await until(() => seenBy('zhangsan').replaced === 'Approved', 'the changed card');
		const before = execution.output;
		await expect(press('zhangsan', 'Approve')).rejects.toThrow('cannot be pressed');
		await simulator().control.pressCard({ taskId, userid: 'lisi', button: 'Decline', stale: true });
		await until(() => seenBy('lisi').replaced === 'Closed', 'the note');
		expect(execution.output).toBe(before);
	});

	it('tells somebody who may not decide, and waits on', async () => {
		const execution = await questions().ask({ allowedPeople: { users: 'zhangsan' } });
		await press('lisi', 'Approve');
		await until(() => seenBy('lisi').replaced === 'Not for you', 'the note');
		expect(execution.output).toBeUndefined();
		expect(seenBy('zhangsan').replaced).toBeUndefined();
		await press('zhangsan', 'Approve');
		await until(() => execution.output, 'the answer');
	});

	it('lets members of an allowed department and tag decide', async () => {
		const execution = await questions().ask({ allowedPeople: { departments: '2' } });
		await press('zhangsan', 'Approve');
		const state = simulator().state.members.get('zhangsan')!;
		expect(state.department.length).toBeGreaterThan(0);
		await until(() => execution.output ?? seenBy('zhangsan').replaced, 'an outcome');
	});

	it('is open again when n8n could not let the execution go on', async () => {
		const { n8n, ask } = questions();
		const execution = await ask();
		n8n.failing = 'storing';
		await press('zhangsan', 'Approve');
		await until(() => isToldOfFailure('zhangsan'), 'the message');
		expect(isToldOfFailure('lisi')).toBe(false);
		n8n.failing = undefined;
		// The card still has its buttons.
		await press('zhangsan', 'Approve');
		await until(() => execution.output, 'the answer');
		expect(answerOf(execution)).toMatchObject({ userid: 'zhangsan' });
	});

	it('has one button where nothing can be declined, and the words that were chosen', async () => {
		const execution = await questions().ask({
			approvalOptions: { values: { approvalType: 'single', approveLabel: 'Got it' } },
			options: { cardTexts: { values: { approved: 'Seen by {person}' } } },
		});
		expect(seenBy('lisi').card.button_list).toMatchObject([{ text: 'Got it' }]);
		await press('lisi', 'Got it');
		await until(() => execution.output, 'the answer');
		expect(answerOf(execution)).toMatchObject({ approved: true });
		await until(() => seenBy('zhangsan').replaced, 'the changed card');
		expect(seenBy('zhangsan').card.horizontal_content_list).toEqual([
			{ keyname: 'Result', value: 'Seen by 李四' },
		]);
	});

	it('is Chinese where that was chosen, in every state', async () => {
		const execution = await questions().ask({
			decidedBy: 'all',
			options: { language: 'zh' },
		});
		const { button_list } = seenBy('lisi').card;
		expect(button_list.map(({ text }: { text: string }) => text)).toEqual(['同意', '拒绝']);
		await press('zhangsan', '同意');
		await until(() => seenBy('zhangsan').replaced === '已提交', 'the note');
		await press('lisi', '拒绝');
		await until(() => execution.output && seenBy('zhangsan').replaced === '已拒绝', 'the end');
		expect(seenBy('lisi').card.horizontal_content_list).toEqual([
			{ keyname: '结果', value: expect.stringMatching(/^李四 已拒绝，\d{4}-/) },
		]);
	});

	it('of a question that was asked before in a loop answers no new one', async () => {
		const execution = await questions().ask();
		const ask = /ask=([0-9a-f]{18})/.exec(String(seenBy('lisi').card.button_list[0].key))![1];
		execution.stored = execution.stored.replaceAll(ask, 'f'.repeat(18));
		const { served } = questions().n8n;
		await press('lisi', 'Approve');
		await until(() => questions().n8n.served > served, 'the click');
		const path = String(seenBy('lisi').card.button_list[0].key).slice('hitl:'.length);
		const page = await fetch(questions().n8n.url + path);
		expect([page.status, await page.text()]).toEqual([
			410,
			expect.stringContaining('This has been answered'),
		]);
		expect(execution.output).toBeUndefined();
		expect(seenBy('lisi').replaced).toBeUndefined();
	});

	it('starts an execution too where the trigger is told so', async () => {
		const { n8n, ask, started } = questions();
		n8n.triggers.get('wecom')!.node = triggerNode({
			events: ['*'],
			filters: { sendAndWaitClicks: true },
		});
		const execution = await ask();
		await press('zhangsan', 'Approve');
		await until(() => execution.output, 'the answer');
		await until(() => started.length === 1, 'the execution');
		expect(started[0][0].json).toMatchObject({
			Event: 'template_card_event',
			FromUserName: 'zhangsan',
		});
	});
});

describe('what goes wrong is said', () => {
	it('an app without a callback URL', async () => {
		simulator().control.setApp(DEMO_APP.agentid, { callback: { ...DEMO_APP.callback, url: '' } });
		const { run } = await questions().ask();
		expect(run.error?.message).toBe(
			'The app has no callback URL, so nobody would receive the clicks',
		);
		expect(run.error?.description).toContain('Link to a Page');
	});

	it('nobody in the range of the app', async () => {
		const { run } = await questions().ask({ touser: 'nobody' });
		expect(run.error?.message).toContain('81013');
	});

	it('no recipient, no title, no message', async () => {
		const messages = [];
		for (const parameters of [{ touser: '' }, { title: ' ' }, { message: ' ' }])
			messages.push((await questions().ask(parameters)).run.error?.message);
		expect(messages).toEqual([
			'The question has no recipient',
			"'Title' is empty",
			"'Message' is empty",
		]);
	});

	it('a click that finds no execution, or an n8n that cannot be reached', async () => {
		const { n8n, ask } = questions();
		const { id } = await ask();
		n8n.failing = 'down';
		await press('zhangsan', 'Approve');
		await until(() => isToldOfFailure('zhangsan'), 'the message');
		expect(seenBy('zhangsan').replaced).toBeUndefined();
		expect(logged.map(({ message }) => message).join('\n')).toContain('n8n answered with HTTP 503');
		n8n.failing = undefined;
		n8n.executions.delete(id);
		await press('lisi', 'Approve');
		await until(() => seenBy('lisi').replaced === 'Closed', 'the note');
	});

	it('an n8n that cannot reach its own address', async () => {
		const { n8n, ask } = questions();
		const execution = await ask();
		n8n.address = 'http://127.0.0.1:9';
		await press('zhangsan', 'Approve');
		await until(() => isToldOfFailure('zhangsan'), 'the message');
		const said = logged.map(({ message }) => message).join('\n');
		expect(said).toContain('n8n cannot be reached from within at http://127.0.0.1:9');
		expect(said).toContain('check N8N_WEBHOOK_URL (older n8n: WEBHOOK_URL)');
		expect(execution.output).toBeUndefined();
	});

	it('more lines than a card has, and people of a group chat that is not named', async () => {
		const line = { name: 'Amount', value: '1' };
		const messages = [];
		for (const parameters of [
			{ options: { details: { values: [line, line, line, line, line] } } },
			{ sendTo: ['groupChat'], chatid: ' ' },
			{ sendTo: ['members', 'groupChat'], chatid: 'wrGroup' },
			{ options: { link: { values: { title: 'Order', url: 'example.com' } } } },
			{
				options: { reminder: { values: { after: 1, unit: 'hours' } }, withReason: true },
				decidedBy: 'all',
			},
		])
			messages.push((await questions().ask(parameters)).run.error?.message);
		expect(messages).toEqual([
			"5 lines in 'Details', a card has 4",
			"'Chat ID' is empty",
			'A group chat is asked together with others',
			"'Link' is not a web address",
			"The page for 'Reason for Declining' does not know who the person is",
		]);
	});
});
