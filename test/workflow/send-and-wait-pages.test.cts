/** Answers on a page behind a link, choices, and questions that several people have to answer. */
import type { IDataObject } from 'n8n-workflow';
import { DEMO_APP } from '../../simulator/demo-data.cts';
import { logged } from '../support/harness.cts';
import {
	answerOf,
	awaitLastWords,
	until,
	useNewestCard,
	useQuestions,
} from './send-and-wait-support.cts';
import { useSimulator } from './support.cts';
import { sleep } from '../support/wait.cts';

const simulator = useSimulator();
const questions = useQuestions(simulator);
awaitLastWords();
const { seenBy, press } = useNewestCard(simulator);

/** The link of the newest card. */
const pageUrl = () => String(seenBy('zhangsan').card.button_list[0].url);

interface Got {
	status: number;
	html: string;
	headers: Headers;
	url: string;
}

const open = async (
	url: string,
	language = 'en-US,en;q=0.9',
	more: RequestInit = {},
): Promise<Got> => {
	const headers = { 'accept-language': language };
	const response = await fetch(url, { redirect: 'manual', headers, ...more });
	return { status: response.status, html: await response.text(), headers: response.headers, url };
};
const send = async (url: string, fields: Record<string, string> | Array<[string, string]>) =>
	await open(url, 'en', { method: 'POST', body: new URLSearchParams(fields) });

describe('an approval on a page', () => {
	it('shows what is asked, in the language of the browser, and decides on POST only', async () => {
		const execution = await questions().ask({ answerBy: 'link', options: { withReason: true } });
		const url = pageUrl();
		const english = await open(url);
		expect(english.status).toBe(200);
		expect(english.html).toContain('<html lang="en">');
		expect(english.html).toContain('Taxi to the airport');
		expect(english.html).toContain('>Approve</button>');
		expect(english.headers.get('content-security-policy')).toContain("default-src 'none'");
		const chinese = await open(pageUrl(), 'zh-CN,zh;q=0.9,en;q=0.8');
		expect(chinese.html).toContain('<html lang="zh">');
		expect(chinese.html).toContain('>同意</button>');
		expect(execution.output).toBeUndefined();

		const done = await send(pageUrl(), { decision: 'decline', reason: 'Too dear' });
		expect(done.html).toContain('your answer is recorded');
		expect(answerOf(execution)).toEqual({
			approved: false,
			chatInput: 'Too dear',
			respondedAt: expect.any(String),
		});
		await until(() => seenBy('zhangsan').replaced === 'Declined', 'the changed card');
		expect((await send(url, { decision: 'approve' })).html).toContain('No action required');
	});

	it('says on a page, too, that n8n could not let the execution go on, and takes the answer later', async () => {
		const { n8n, ask } = questions();
		const execution = await ask({ answerBy: 'link' });
		const url = pageUrl();
		n8n.failing = 'storing';
		const failed = await send(url, { decision: 'approve' });
		expect(failed.status).toBe(500);
		expect(failed.html).toContain('Something went wrong');
		n8n.failing = undefined;
		await send(url, { decision: 'approve' });
		expect(answerOf(execution)).toMatchObject({ approved: true });
	});

	it('works for an app that has no callback URL, with a card that cannot change', async () => {
		simulator().control.setApp(DEMO_APP.agentid, { callback: { ...DEMO_APP.callback, url: '' } });
		const execution = await questions().ask({ answerBy: 'link' });
		expect(execution.run.error).toBeUndefined();
		const { card } = seenBy('zhangsan');
		expect(card).toMatchObject({ card_type: 'text_notice', card_action: { type: 1 } });
		await send(card.card_action.url, { decision: 'approve' });
		expect(answerOf(execution)).toMatchObject({ approved: true });
	});

	it('escapes what is asked', async () => {
		await questions().ask({
			answerBy: 'link',
			title: '<b>"T"</b>',
			message: '<script>alert(1)</script>',
		});
		const { html } = await open(pageUrl());
		expect(html).not.toContain('<script>');
		expect(html).not.toContain('<b>');
		expect(html).toContain('&#60;script&#62;');
	});

	it('knows an answer that is none', async () => {
		const execution = await questions().ask({ answerBy: 'link' });
		expect((await send(pageUrl(), { decision: 'perhaps' })).status).toBe(422);
		expect(execution.output).toBeUndefined();
	});

	it('goes into a group chat as a text card', async () => {
		simulator().requests.length = 0;
		await questions().ask({ sendTo: ['groupChat'], chatid: 'wrGroup' });
		const sent = simulator().requests.find(({ path }) => path === '/cgi-bin/appchat/send');
		expect(sent!.body).toMatchObject({
			chatid: 'wrGroup',
			msgtype: 'textcard',
			textcard: { title: 'Expense of 1,200', url: expect.stringContaining('/webhook-waiting/') },
		});
	});
});

describe('who the person on the page is', () => {
	/** Through WeCom's login as one of the company, back to the page. */
	async function login(userid: string): Promise<Got> {
		const first = await open(pageUrl());
		expect(first.status).toBe(302);
		const there = first.headers.get('location')!;
		const back = await open(there.replace(/#.*$/, ''), 'en', {
			method: 'POST',
			body: new URLSearchParams({ who: `userid:${userid}`, decision: 'allow' }),
		});
		return await open(back.headers.get('location')!);
	}
	const proofIn = ({ html }: Got) => /name="proof" value="([^"]+)"/.exec(html)?.[1] ?? '';
	const identified = async (more: IDataObject = {}) => {
		simulator().control.setApp(DEMO_APP.agentid, {
			trustedDomains: [new URL(questions().n8n.url).host],
		});
		return await questions().ask({ answerBy: 'link', options: { identify: true }, ...more });
	};

	it('comes from WeCom, and only from there', async () => {
		const execution = await identified({ allowedPeople: { users: 'lisi' } });
		const stranger = await login('zhangsan');
		expect([stranger.status, proofIn(stranger)]).toEqual([403, '']);
		const page = await login('lisi');
		expect(page.status).toBe(200);
		expect((await send(page.url, { decision: 'approve', proof: 'bGlzaQ.x' })).status).toBe(401);
		expect((await send(page.url, { decision: 'approve' })).status).toBe(401);
		expect((await send(pageUrl(), { decision: 'approve' })).status).toBe(401);
		expect(execution.output).toBeUndefined();
		await send(page.url, { decision: 'approve', proof: proofIn(page) });
		expect(answerOf(execution)).toMatchObject({
			approved: true,
			userid: 'lisi',
			responder: { id: 'lisi', source: 'wecom' },
		});
	});

	it('is worth something for an hour, and for this question', async () => {
		const execution = await identified();
		const page = await login('lisi');
		const proof = proofIn(page);
		await identified();
		expect((await send(pageUrl(), { decision: 'approve', proof })).status).toBe(401);
		const now = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 61 * 60_000);
		try {
			expect((await send(page.url, { decision: 'approve', proof })).status).toBe(401);
		} finally {
			now.mockRestore();
		}
		expect(execution.output).toBeUndefined();
		await send(page.url, { decision: 'approve', proof });
		expect(answerOf(execution)).toMatchObject({ approved: true, userid: 'lisi' });
	});

	it('counts, where several have to answer', async () => {
		const execution = await identified({ decidedBy: 'all', touser: 'zhangsan, lisi' });
		const answer = async (userid: string) => {
			const page = await login(userid);
			return await send(page.url, { decision: 'approve', proof: proofIn(page) });
		};
		for (const time of [1, 2])
			expect([time, (await answer('zhangsan')).html]).toEqual([
				time,
				expect.stringContaining('Waiting for others'),
			]);
		expect(execution.output).toBeUndefined();
		expect((await answer('lisi')).html).toContain('your answer is recorded');
		expect(answerOf(execution)).toMatchObject({
			approved: true,
			answers: [{ userid: 'zhangsan' }, { userid: 'lisi' }],
		});
	});

	it('has to be asked where only some may answer', async () => {
		const { run } = await questions().ask({ answerBy: 'link', allowedPeople: { users: 'lisi' } });
		expect(run.error?.message).toContain("'Allowed People' cannot be checked");
		expect(run.error?.description).toContain('Identify by WeCom Login');
	});
});

describe('choices', () => {
	const options = { values: [{ text: 'Train', id: 'train' }, { text: 'Plane' }, { text: 'Car' }] };

	it('one, in the card', async () => {
		const execution = await questions().ask({ responseType: 'choice', choices: options });
		const { card } = seenBy('lisi');
		expect(card).toMatchObject({ card_type: 'vote_interaction', checkbox: { mode: 0 } });
		await press('lisi', undefined, { selected: { answer: ['train'] } });
		await until(() => execution.output, 'the answer');
		expect(answerOf(execution)).toMatchObject({
			choice: 'train',
			choices: ['train'],
			text: 'Train',
			userid: 'lisi',
		});
		await until(() => seenBy('zhangsan').replaced === 'Answered', 'the changed card');
		expect(seenBy('zhangsan').card.checkbox).toMatchObject({
			disable: true,
			option_list: [{ is_checked: true }, { is_checked: false }, { is_checked: false }],
		});
	});

	it('several, in the card, and none that does not exist', async () => {
		const execution = await questions().ask({
			responseType: 'choice',
			choices: options,
			choose: 'several',
		});
		await press('lisi', undefined, { selected: { answer: ['Plane', 'Car', 'Rocket'] } });
		await until(() => execution.output, 'the answer');
		expect(answerOf(execution)).toMatchObject({ choices: ['Plane', 'Car'], text: 'Plane, Car' });
	});

	it('from a dropdown', async () => {
		const execution = await questions().ask({
			responseType: 'choice',
			choices: options,
			choose: 'dropdown',
		});
		expect(seenBy('lisi').card).toMatchObject({ card_type: 'multiple_interaction' });
		await press('lisi', undefined, { selected: { answer: ['Car'] } });
		await until(() => execution.output, 'the answer');
		expect(answerOf(execution)).toMatchObject({ choice: 'Car' });
	});

	it('on the page, where there are too many for a card', async () => {
		const values = Array.from({ length: 21 }, (_, index) => ({ text: `Option ${index}` }));
		const execution = await questions().ask({ responseType: 'choice', choices: { values } });
		await send(pageUrl(), { choice: '20' });
		expect(answerOf(execution)).toMatchObject({ choice: 'Option 20' });
	});
});

describe('texts and forms', () => {
	it('takes a text', async () => {
		const execution = await questions().ask({ responseType: 'freeText' });
		expect((await open(pageUrl())).html).toContain('<textarea id="text" name="text"');
		expect((await send(pageUrl(), { text: '  ' })).status).toBe(422);
		await send(pageUrl(), { text: '好的，明天 <见>' });
		expect(answerOf(execution)).toEqual({
			text: '好的，明天 <见>',
			respondedAt: expect.any(String),
		});
	});

	it('takes a form, and says what is missing without losing the rest', async () => {
		const execution = await questions().ask({
			responseType: 'form',
			formFields: {
				values: [
					{ label: 'Reason', name: 'reason', type: 'text', required: true },
					{ label: 'Amount', name: 'amount', type: 'number', required: true },
					{ label: 'Way', type: 'dropdown', options: 'Train, Plane' },
					{ label: 'Day', name: 'day', type: 'date' },
					{ label: 'Receipt', name: 'receipt', type: 'checkbox' },
				],
			},
		});
		const page = await open(pageUrl());
		expect(page.html).toMatch(/<label for="f0">Reason/);
		const refused = await send(pageUrl(), { f0: 'Customer', f1: 'a lot', f2: 'Rocket' });
		expect(refused.status).toBe(422);
		expect(refused.html).toContain('Please fill in: Amount, Way');
		expect(refused.html).toContain('value="Customer"');
		await send(pageUrl(), { f0: 'Customer', f1: '1200.5', f2: 'Plane', f3: '2026-03-05', f4: '1' });
		expect(answerOf(execution)).toEqual({
			reason: 'Customer',
			amount: 1200.5,
			Way: 'Plane',
			day: '2026-03-05',
			receipt: true,
			respondedAt: expect.any(String),
		});
	});
});

describe('answers of several people', () => {
	it('waits for all, and counts each person once', async () => {
		const execution = await questions().ask({ decidedBy: 'all' });
		await press('zhangsan', 'Approve');
		await until(() => seenBy('zhangsan').replaced === 'Noted', 'the note');
		expect(execution.output).toBeUndefined();
		await press('zhangsan', 'Approve', { stale: true });
		expect(execution.output).toBeUndefined();
		expect(seenBy('lisi').replaced).toBeUndefined();
		await press('lisi', 'Approve');
		await until(() => execution.output, 'the answer');
		expect(answerOf(execution)).toMatchObject({
			approved: true,
			answers: [
				{ userid: 'zhangsan', approved: true },
				{ userid: 'lisi', approved: true },
			],
		});
	});

	it('ends as soon as one declines who was needed', async () => {
		const execution = await questions().ask({ decidedBy: 'all' });
		await press('lisi', 'Decline');
		await until(() => execution.output, 'the answer');
		expect(answerOf(execution)).toMatchObject({ approved: false });
	});

	it('is decided by a majority', async () => {
		const execution = await questions().ask({
			touser: 'zhangsan, lisi, wangfang',
			allowedPeople: { users: 'zhangsan, lisi, wangfang' },
			decidedBy: 'number',
			neededAnswers: 2,
		});
		await press('zhangsan', 'Decline');
		await until(() => seenBy('zhangsan').replaced === 'Noted', 'the note');
		await Promise.all([press('lisi', 'Approve'), press('wangfang', 'Approve')]);
		await until(() => execution.output, 'the answer');
		expect(answerOf(execution)).toMatchObject({ approved: true });
		expect((answerOf(execution)!.answers as unknown[]).length).toBe(3);
	});

	it('says what cannot be', async () => {
		const messages = [];
		for (const more of [
			{ decidedBy: 'number', neededAnswers: 3, allowedPeople: { users: 'lisi' } },
			{ decidedBy: 'all', touser: '@all' },
			{ decidedBy: 'all', responseType: 'freeText' },
		])
			messages.push((await questions().ask(more as IDataObject)).run.error?.message);
		expect(messages).toEqual([
			'3 people are to answer, and only 1 may',
			"It is not known who 'Everybody' is",
			'The answers of several people cannot be told apart',
		]);
	});
});

describe('time', () => {
	const limit = (seconds: number, outcome: string) => ({
		limitWaitTime: {
			values: {
				limitType: 'afterTimeInterval',
				resumeAmount: seconds / 60,
				resumeUnit: 'minutes',
				outcome,
			},
		},
	});

	it('says on the card that it is up, and goes on with the outcome that was chosen', async () => {
		const execution = await questions().ask({ options: limit(2, 'disapproved') });
		expect(execution.run.run.waitTill).toBeInstanceOf(Date);
		await until(() => seenBy('lisi').replaced === 'Expired', 'the card');
		// Nobody can decide any more in the moment before n8n goes on.
		await press('zhangsan', 'Approve', { stale: true });
		expect(execution.output).toBeUndefined();
		questions().n8n.timeUp(execution);
		expect(answerOf(execution)).toEqual({
			approved: false,
			chatInput: 'Nobody answered in time.',
			timedOut: true,
			respondedAt: expect.any(String),
		});
	});

	it('leaves the card alone when somebody has answered', async () => {
		const execution = await questions().ask({ options: limit(2, 'approved') });
		await press('zhangsan', 'Approve');
		await until(() => seenBy('lisi').replaced === 'Approved', 'the card');
		await sleep(800);
		expect(seenBy('lisi').replaced).toBe('Approved');
		expect(execution.output).toBeDefined();
	});

	it('reminds those only who have not answered', async () => {
		const reminder = { values: { after: 2 / 60, unit: 'minutes', times: 1 } };
		await questions().ask({ decidedBy: 'all', options: { reminder } });
		await press('zhangsan', 'Approve');
		const reminders = () => simulator().state.messages.filter(({ msgtype }) => msgtype === 'text');
		await until(() => reminders().length === 1, 'the reminder');
		expect(reminders()[0].recipients).toEqual(['lisi']);
	});

	it('ends at a certain moment, and says so of choices, too', async () => {
		const options = { values: [{ text: 'Train' }, { text: 'Plane' }] };
		const maxDateAndTime = new Date(Date.now() + 3_000).toISOString();
		const execution = await questions().ask({
			responseType: 'choice',
			choices: options,
			options: {
				limitWaitTime: { values: { limitType: 'atSpecifiedTime', maxDateAndTime } },
				cardTexts: { values: { expired: 'Too late, {time}' } },
			},
		});
		expect(execution.run.run.waitTill?.toISOString()).toBe(maxDateAndTime);
		await until(() => seenBy('lisi').replaced === 'Expired', 'the card');
		expect(JSON.stringify(seenBy('lisi').card)).toMatch(/Too late, \d{4}-\d\d-\d\d/);
		questions().n8n.timeUp(execution);
		expect(answerOf(execution)).toEqual({ timedOut: true, respondedAt: maxDateAndTime });
	});

	it('reminds, until somebody has answered', async () => {
		const reminder = {
			values: { after: 0.5 / 60, unit: 'minutes', times: 5, text: 'Please look' },
		};
		const execution = await questions().ask({ options: { reminder } });
		const reminders = () => simulator().state.messages.filter(({ msgtype }) => msgtype === 'text');
		await until(() => reminders().length === 2, 'two reminders');
		expect(reminders()[0]).toMatchObject({ recipients: ['zhangsan', 'lisi'] });
		expect(reminders()[0].body.text.content).toContain('Please look\nExpense of 1,200');
		await press('zhangsan', 'Approve');
		await until(() => execution.output, 'the answer');
		const before = reminders().length;
		await sleep(900);
		expect(reminders().length).toBe(before);
		expect(
			logged.filter(({ level, message }) => level === 'warn' && message.includes('reminder')),
		).toEqual([]);
	});
});
