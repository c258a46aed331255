import type { IDataObject } from 'n8n-workflow';
import { streamIdOf } from '../../../nodes/shared/bot/items';
import { connectionTimings } from '../../../nodes/shared/bot/connection';
import { connectedBot, type BotMessage } from '../../../nodes/shared/bot/connectedBots';
import { streamTimings } from '../../../nodes/shared/bot/streamTimings';
import { quotaTimings } from '../../../nodes/shared/bot/quota';
import { botId, Member, pause, until, useLab } from './live-support.cts';

const lab = useLab();
const stream = (content: string, finish: boolean, id = 'own'): IDataObject => ({
	msgtype: 'stream',
	stream: { id, content, finish },
});
const CARD = {
	msgtype: 'template_card',
	template_card: {
		card_type: 'text_notice',
		main_title: { title: 'Done' },
		card_action: { type: 1, url: 'https://example.com' },
		task_id: 'task-1',
	},
};

/** A message to a bot of a workflow with these options. */
async function ask(wish: Member['wish'] = {}, chatid?: string) {
	const member = new Member();
	member.wish = wish;
	await lab.join(member);
	const at = Date.now();
	const { msgid, reqId } = await lab.bots.say(botId, { text: 'hello', chatid });
	await until('the message', () => member.messages.length === 1);
	const [message] = member.messages as [BotMessage];
	const answer = async (body: IDataObject) =>
		await connectedBot(lab.credential())!.request('aibot_respond_msg', body, reqId);
	const entries = () => lab.bots.transcript({ botId }).filter(({ via }) => via !== 'user');
	const shown = () => lab.bots.transcript({ replyTo: msgid })[0];
	return { at, member, msgid, reqId, message, answer, entries, shown };
}

describe('the first answer', () => {
	it('is shown at once and replaced by the reply, whatever id that names', async () => {
		const { message, answer, shown } = await ask({ firstAnswer: 'Thinking…' });
		expect(message.streamId).toBe(streamIdOf(message.body));
		await until('the first answer', () => shown()?.text === 'Thinking…');
		await answer(stream('Half', false, message.streamId));
		await answer(stream('Whole', true, 'another'));
		expect(shown().stream!.updates.map(({ content }) => content)).toEqual([
			'Thinking…',
			'Half',
			'Whole',
		]);
		expect(shown().stream!.finish).toBe(true);
	});

	it('is not given to a message nobody takes, nor without the option', async () => {
		const { message, shown } = await ask({});
		expect(message.streamId).toBeUndefined();
		expect(shown()).toBeUndefined();
	});

	it('is replaced by the closing text when the workflows end without a reply', async () => {
		const { message, shown } = await ask({ firstAnswer: 'Thinking…', closingText: 'Sorry' });
		const [one, two] = [message.begin(), message.begin()];
		one();
		await pause(50);
		expect(shown().stream!.finish).toBe(false);
		two();
		await until('the end', () => shown().stream!.finish);
		expect(shown().text).toBe('Sorry');
	});

	it('stays without a closing text', async () => {
		const { message, shown } = await ask({ firstAnswer: 'Thinking…' });
		void message.begin()();
		await until('the end', () => shown()?.stream?.finish ?? false);
		expect(shown().text).toBe('Thinking…');
	});

	it('is gone with the first words of a reply, which then stay', async () => {
		const { message, answer, shown, entries } = await ask({
			firstAnswer: '…',
			closingText: 'Sorry',
		});
		const end = message.begin();
		await answer(stream('So far', false));
		await end();
		expect(shown()).toMatchObject({ text: 'So far', stream: { finish: true } });
		expect(entries()).toHaveLength(1);
	});

	it('is joined by a card and followed by a file', async () => {
		const { answer, shown, entries } = await ask({ firstAnswer: 'Thinking…' });
		await answer(CARD);
		expect(shown()).toMatchObject({
			text: 'Done',
			card: { task_id: 'task-1' },
			stream: { finish: true },
		});
		expect(entries()).toHaveLength(1);

		const second = await ask({ firstAnswer: 'Thinking…' });
		const data = Buffer.from('a file');
		const file = await connectedBot(lab.credential())!.upload({
			data,
			fileName: 'a.txt',
			type: 'file',
		});
		expect(await second.answer({ msgtype: 'file', file })).toEqual({ late: true });
		expect(second.shown().stream!.finish).toBe(true);
		expect(second.entries().at(-1)).toMatchObject({ via: 'push', media: { filename: 'a.txt' } });
	});
});

describe('the feedback ID', () => {
	const wish = { firstAnswer: 'Thinking…', feedbackId: 'f-1' };
	/** The feedback of each frame of an answer that has gone out. */
	const feedbackSent = () =>
		lab.bots
			.frames(botId)
			.filter(({ frame }) => frame.cmd === 'aibot_respond_msg')
			.map(({ frame }) => (frame.body!.stream as IDataObject).feedback);
	const once = { id: 'f-1' };

	it('goes with the first frame and no other', async () => {
		const { answer, shown } = await ask(wish);
		await answer(stream('Whole', true));
		expect(shown().stream).toMatchObject({ feedbackId: 'f-1', finish: true });
		expect(feedbackSent()).toEqual([once, undefined]);
	});

	it.each([45009, 45002])('goes with the next frame after a refusal: %d', async (errcode) => {
		Object.assign(streamTimings, { frame: 10, firstWords: 10 });
		lab.bots.inject({ cmd: 'aibot_respond_msg', errcode, times: 2 });
		const { message, shown, answer } = await ask(wish);
		await until('the first refusal', () => feedbackSent().length === 1);
		message.begin();
		message.show('So far');
		await until('the words', () => shown()?.text === 'So far');
		await answer(stream('Whole', true));
		expect(shown().stream).toMatchObject({ feedbackId: 'f-1', finish: true });
		expect(feedbackSent()).toEqual([once, once, once, undefined]);
	});

	it('that WeCom may have is sent once more, and left out where WeCom has it', async () => {
		lab.bots.inject({ cmd: 'aibot_respond_msg', silent: true });
		const { shown, answer } = await ask(wish);
		await until('the first answer', () => shown()?.text === 'Thinking…');
		lab.bots.drop(botId);
		await answer(stream('Whole', true));
		expect(shown()).toMatchObject({ text: 'Whole', stream: { feedbackId: 'f-1', finish: true } });
		expect(feedbackSent()).toEqual([once, once, undefined, undefined]);
	});

	it('goes with a card behind a first answer that failed', async () => {
		lab.bots.inject({ cmd: 'aibot_respond_msg', errcode: 45009 });
		const { answer, shown } = await ask(wish);
		await until('the refusal', () => feedbackSent().length === 1);
		await answer(CARD);
		expect(shown().stream).toMatchObject({ feedbackId: 'f-1' });
	});

	it.each([
		['f-1', undefined],
		['f-2', { id: 'f-2' }],
	])(
		'that the stream of an agent has is not sent again with a card of %s',
		async (id, feedback) => {
			const { message, answer, shown } = await ask({ feedbackId: 'f-1' });
			message.begin();
			message.show('So far');
			await until('the words', () => shown()?.text === 'So far');
			await answer({ ...CARD, template_card: { ...CARD.template_card, feedback: { id } } });
			expect(shown()).toMatchObject({
				text: 'So far',
				stream: { feedbackId: 'f-1', finish: true },
			});
			expect(shown().card!.feedback).toEqual(feedback);
		},
	);

	it('goes with a message that is late, once', async () => {
		lab.bots.inject({ cmd: 'aibot_respond_msg', errcode: 846608 });
		const { answer, entries } = await ask({ feedbackId: 'f-1' });
		expect(await answer(stream('长'.repeat(8_000), true))).toEqual({ late: true });
		const feedback = entries().map(({ body }) => (body.markdown as IDataObject).feedback);
		expect(feedback).toEqual([once, undefined]);
	});

	it('an answer takes one place in the count of its chat, however often its beginning is tried', async () => {
		Object.assign(quotaTimings, { minute: 60_000, hour: 60 * 60_000, mostWait: 0 });
		lab.bots.inject({ cmd: 'aibot_respond_msg', errcode: 45009, times: 40 });
		const { answer } = await ask({}, 'feedback-1');
		for (let tries = 0; tries < 40; tries++)
			await expect(answer(stream('x', true))).rejects.toMatchObject({ errcode: 45009 });
		await answer(stream('x', true));
	});
});

describe('a card', () => {
	it('keeps the text that was replied before it', async () => {
		const { answer, shown, entries } = await ask({ firstAnswer: 'Thinking…' });
		await answer(stream('All about it', false));
		await answer(CARD);
		expect(shown()).toMatchObject({
			text: 'All about it',
			card: { task_id: 'task-1' },
			stream: { finish: true },
		});
		expect(entries()).toHaveLength(1);
	});

	it('that comes too late is one message', async () => {
		const { answer, entries } = await ask({ firstAnswer: 'Thinking…' });
		await until('the first answer', () => entries().length === 1);
		lab.bots.inject({ cmd: 'aibot_respond_msg', errcode: 846608 });
		expect(await answer(CARD)).toEqual({ late: true });
		expect(entries()).toMatchObject([{}, { via: 'push', card: { task_id: 'task-1' } }]);
	});
});

describe('replies', () => {
	it('to one message wait for each other, those to different messages do not', async () => {
		const { answer, shown } = await ask();
		lab.bots.inject({ cmd: 'aibot_respond_msg', silent: true });
		const steps = Array.from({ length: 5 }, (_, index) => answer(stream(`${index}`, index === 4)));
		await until('the first step', () => shown()?.text === '0');
		const other = await ask();
		await other.answer(stream('other', true));
		expect(shown().text).toBe('0');
		lab.bots.inject({ cmd: 'aibot_respond_msg', delayMs: 10, times: 10 });
		lab.bots.drop(botId);
		await Promise.all(steps);
		expect(shown().stream!.updates.map(({ content }) => content)).toEqual([
			'0',
			'0',
			'1',
			'2',
			'3',
			'4',
		]);
		expect(lab.bots.connections(botId).overlaps).toBe(0);
	});

	it('longer than 20,480 bytes come in whole characters, nothing lost', async () => {
		const { answer, entries } = await ask({ firstAnswer: 'Thinking…' });
		const text = `${'汉字😀'.repeat(3_000)}\n${'x'.repeat(15_000)}`;
		await answer(stream(text, false));
		expect(text.startsWith(entries()[0].text)).toBe(true);
		await answer(stream(text, true));
		const parts = entries();
		expect(parts.map(({ via }) => via)).toEqual(['reply', 'push', 'push']);
		for (const part of parts) expect(Buffer.byteLength(part.text)).toBeLessThanOrEqual(20_480);
		expect(parts.map((part) => part.text).join('')).toBe(text);
	});

	it.each([false, true])(
		'of which WeCom takes the beginning only say so, and do not fail (late: %s)',
		async (late) => {
			const { answer, entries } = await ask();
			const text = '长'.repeat(15_000);
			if (late) {
				lab.bots.inject({ cmd: 'aibot_respond_msg', errcode: 846608 });
				lab.bots.inject({ cmd: 'aibot_send_msg', delayMs: 1 });
			}
			lab.bots.inject({ cmd: 'aibot_send_msg', errcode: 45009 });
			expect(await answer(stream(text, true))).toEqual({
				...(late && { late }),
				warning: expect.stringMatching(/^WeCom has taken the beginning of the text only: .*45009/),
			});
			expect(entries()).toHaveLength(1);
		},
	);

	it('that WeCom refuses whole fail, also late', async () => {
		const { answer, entries } = await ask();
		lab.bots.inject({ cmd: 'aibot_respond_msg', errcode: 846608 });
		lab.bots.inject({ cmd: 'aibot_send_msg', errcode: 45009 });
		await expect(answer(stream('x', true))).rejects.toMatchObject({ errcode: 45009 });
		expect(await answer(stream('x', true))).toEqual({ late: true });
		expect(entries()).toHaveLength(1);
	});

	it('that WeCom refuses say so, and the next one goes out', async () => {
		const { answer, shown } = await ask();
		lab.bots.inject({ cmd: 'aibot_respond_msg', errcode: 45002 });
		await expect(answer(stream('x', true))).rejects.toMatchObject({ errcode: 45002 });
		await answer(stream('y', true));
		expect(shown().text).toBe('y');
	});

	it('survive a cut: a stream is sent again on the next connection', async () => {
		const { answer, shown } = await ask({ firstAnswer: 'Thinking…' });
		await until('the first answer', () => shown()?.text === 'Thinking…');
		lab.bots.inject({ cmd: 'aibot_respond_msg', drop: true });
		await answer(stream('after all', true));
		expect(shown().text).toBe('after all');
		expect(lab.bots.connections(botId).subscribes).toBe(2);
	});

	it('are not said twice when the cut hides that WeCom has taken them', async () => {
		const { answer, shown, entries } = await ask();
		lab.bots.inject({ cmd: 'aibot_respond_msg', silent: true });
		const sent = answer(stream('once', true));
		await until('the reply', () => shown()?.text === 'once');
		lab.bots.drop(botId);
		expect(await sent).toEqual({});
		expect(entries()).toHaveLength(1);
	});

	it('wait five seconds for an answer, then the next one goes out', async () => {
		const patient = connectionTimings.answer;
		connectionTimings.answer = 60;
		const { answer, shown } = await ask();
		lab.bots.inject({ cmd: 'aibot_respond_msg', silent: true });
		const first = answer(stream('lost', false));
		await until('the frame', () => shown()?.text === 'lost');
		connectionTimings.answer = patient;
		const second = answer(stream('heard', true));
		await expect(first).rejects.toThrow('WeCom did not answer in time');
		await second;
		const [lost, heard] = shown().stream!.updates;
		expect(heard.content).toBe('heard');
		expect(heard.at - lost.at).toBeGreaterThanOrEqual(50);
	});

	it('other than streams fail with a cut, since they must not be said twice', async () => {
		const { answer } = await ask();
		lab.bots.inject({ cmd: 'aibot_respond_msg', drop: true });
		await expect(answer(CARD)).rejects.toMatchObject({ brokenOff: true });
	});

	it('sent while the connection is away wait for it', async () => {
		const { answer, shown } = await ask();
		lab.bots.drop(botId);
		await until('the cut', () => lab.bots.openSockets() === 0);
		await answer(stream('patient', true));
		expect(shown().text).toBe('patient');
	});
});

describe('the life of a stream', () => {
	it('that nobody adds to is sent again, then ended before WeCom does', async () => {
		Object.assign(streamTimings, { life: 1_500, margin: 300, keepAlive: 100 });
		const { at, shown } = await ask({ firstAnswer: 'Thinking…', closingText: 'Too slow' });
		await until('the end', () => shown()?.stream!.finish ?? false);
		const { updates } = shown().stream!;
		expect(updates.at(-1)!.content).toBe('Too slow');
		expect(updates.at(-1)!.at - at).toBeGreaterThanOrEqual(1_190);
		expect(updates.length).toBeGreaterThanOrEqual(4);
		await pause(150);
		expect(shown().stream!.updates).toHaveLength(updates.length);
	});

	it('ends with its workflow, also over a connection made since', async () => {
		const { member, message, shown } = await ask({ firstAnswer: 'Thinking…' });
		const end = message.begin();
		await until('the first answer', () => shown() !== undefined);
		await lab.leave(member);
		await lab.join();
		await end();
		expect(shown()).toMatchObject({ text: 'Thinking…', stream: { finish: true } });
	});

	it('ends with the next connection when its workflow ended while there was none', async () => {
		streamTimings.endAgain = 20;
		const { member, message, shown } = await ask({ firstAnswer: '…', closingText: 'Sorry' });
		const end = message.begin();
		await until('the first answer', () => shown() !== undefined);
		await lab.leave(member);
		await end();
		await pause(50);
		expect(shown().stream!.finish).toBe(false);
		await lab.join();
		await until('the end', () => shown().stream!.finish);
		expect(shown().text).toBe('Sorry');
	});

	it('has not ended when WeCom refused the end: a reply still replaces it', async () => {
		const { message, answer, shown } = await ask({ firstAnswer: '…', closingText: 'Sorry' });
		await until('the first answer', () => shown()?.text === '…');
		lab.bots.inject({ cmd: 'aibot_respond_msg', errcode: 45009 });
		await message.begin()();
		expect(await answer(stream('here I am', true))).toEqual({});
		expect(shown()).toMatchObject({ text: 'here I am', stream: { finish: true } });
	});

	it('is ended once, also when WeCom refuses that', async () => {
		streamTimings.endAgain = 10;
		const { message, shown } = await ask({ firstAnswer: '…' });
		await until('the first answer', () => shown()?.text === '…');
		const frames = () =>
			lab.bots.frames(botId).filter(({ frame }) => frame.cmd === 'aibot_respond_msg').length;
		const before = frames();
		lab.bots.inject({ cmd: 'aibot_respond_msg', errcode: 40058, times: 50 });
		await message.begin()();
		await pause(600);
		expect(frames()).toBe(before + 1);
		lab.bots.clearFaults();
	});

	it('a reply after its end is a message of its own, to the group or the person', async () => {
		Object.assign(streamTimings, { life: 150, margin: 100 });
		const { answer, shown, entries } = await ask({ firstAnswer: 'Thinking…' }, 'wrGroup1');
		await until('the end', () => shown()?.stream!.finish ?? false);
		expect(await answer(stream('a step', false))).toEqual({ late: true });
		expect(await answer(stream('late, but here', true))).toEqual({ late: true });
		expect(entries().at(-1)).toMatchObject({
			via: 'push',
			chat: 'wrGroup1',
			chattype: 'group',
			text: 'late, but here',
		});
		expect(entries()).toHaveLength(2);
	});

	it('what an agent says after its end follows with the end of the workflow, without a reply', async () => {
		Object.assign(streamTimings, { life: 150, margin: 100 });
		const { message, answer, shown, entries } = await ask({ firstAnswer: 'Thinking…' });
		const end = message.begin();
		await until('the end', () => shown()?.stream!.finish ?? false);
		message.show('All of');
		message.show('All of it');
		await end();
		expect(entries().slice(1)).toMatchObject([{ via: 'push', text: 'All of it' }]);
		const replied = message.begin();
		message.show('All of it');
		await answer(stream('The reply', true));
		await replied();
		expect(entries().slice(2)).toMatchObject([{ via: 'push', text: 'The reply' }]);
	});

	it('what WeCom no longer takes of it follows as well, once', async () => {
		const { message, shown, entries } = await ask({ firstAnswer: 'Thinking…' });
		const end = message.begin();
		await until('the first answer', () => shown()?.text === 'Thinking…');
		lab.bots.inject({ cmd: 'aibot_respond_msg', errcode: 846608, times: 2 });
		message.show('All of it');
		await end();
		expect(entries().slice(1)).toMatchObject([{ via: 'push', text: 'All of it' }]);
	});

	it.each([846608, 846606])('so is one that WeCom refuses with %d', async (errcode) => {
		const { answer, entries } = await ask();
		lab.bots.inject({ cmd: 'aibot_respond_msg', errcode });
		expect(await answer(stream('late', true))).toEqual({ late: true });
		expect(entries()).toMatchObject([{ via: 'push', chat: 'zhangsan', text: 'late' }]);
		expect(await answer({ ...CARD })).toEqual({ late: true });
		expect(entries().at(-1)).toMatchObject({ via: 'push', card: { task_id: 'task-1' } });
	});
});

describe('the limits of 2026', () => {
	const push = async (chatid: string, content = 'x') =>
		await connectedBot(lab.credential())!.request('aibot_send_msg', {
			chatid,
			msgtype: 'markdown',
			markdown: { content },
		});
	/** As WeCom counts; what would have to wait fails at once. */
	const counting = () => {
		lab.bots.setRules({ perMinute: 1_000, perHour: 10_000 });
		Object.assign(quotaTimings, { minute: 60_000, hour: 60 * 60_000, mostWait: 0 });
	};

	it('a stream lives ten minutes from its first frame, a message is answered for a day', () => {
		expect(streamTimings).toMatchObject({ life: 600_000, margin: 20_000, answer: 86_400_000 });
	});

	it('a message without a stream is answered in place hours later', async () => {
		const { answer, entries } = await ask();
		const now = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 23 * 60 * 60_000);
		try {
			expect(await answer(stream('at last', true))).not.toHaveProperty('late');
		} finally {
			now.mockRestore();
		}
		expect(entries()).toMatchObject([{ via: 'reply', text: 'at last' }]);
	});

	it('replies and pushes of a chat count together, further frames of a stream do not', async () => {
		counting();
		const { answer, member } = await ask({}, 'limits-1');
		for (let frame = 0; frame < 40; frame++) await answer(stream(`${frame}`, frame === 39));
		for (let sent = 1; sent < 30; sent++) await push('limits-1');
		await expect(push('limits-1')).rejects.toThrow(/takes 30 messages per chat a minute/);
		const again = await lab.bots.say(botId, { text: 'again', chatid: 'limits-1' });
		await until('the next message', () => member.messages.length === 2);
		const reply = connectedBot(lab.credential())!.request(
			'aibot_respond_msg',
			stream('y', true),
			again.reqId,
		);
		await expect(reply).rejects.toMatchObject({
			message: expect.stringMatching(/30 messages per chat/),
			description: expect.stringMatching(/room again in about 1 minute\./),
		});
		await lab.bots.say(botId, { text: 'elsewhere', chatid: 'limits-2' });
		await push('limits-2');
	});

	it('a chat that is full for the moment is waited for', async () => {
		lab.bots.setRules({ perMinute: 1_000 });
		Object.assign(quotaTimings, { minute: 500, hour: 60_000 });
		await ask({}, 'limits-3');
		const before = Date.now();
		await Promise.all(Array.from({ length: 31 }, async () => await push('limits-3')));
		const times = lab.bots
			.transcript({ botId, chat: 'limits-3' })
			.filter(({ via }) => via === 'push')
			.map(({ at }) => at);
		expect(times).toHaveLength(31);
		expect(times[30] - before).toBeGreaterThanOrEqual(490);
	});

	it('uploads count per bot', async () => {
		// Another address is another credential: what the tests before have uploaded does not count.
		const { url } = lab.settings();
		const own = { url: `${url}/limits` };
		await lab.join(new Member(), own);
		counting();
		const live = connectedBot(lab.credential({ websocketUrl: own.url }))!;
		const file = { data: Buffer.from('12345'), fileName: 'a.txt', type: 'file' as const };
		for (let sent = 0; sent < 30; sent++) await live.upload(file);
		await expect(live.upload(file)).rejects.toThrow(/takes 30 uploads a minute/);
	});

	it('if WeCom counts frames too, they become rarer and nothing is lost', async () => {
		lab.bots.setRules({ framesCount: true, perMinute: 4 });
		Object.assign(streamTimings, { frame: 10, firstWords: 5, tooMuch: [20, 20, 20, 20] });
		const { message, answer, shown } = await ask({ firstAnswer: 'Thinking…' }, 'limits-4');
		const whole = Array.from({ length: 60 }, (_, index) => `word${index}`).join(' ');
		message.begin();
		for (let end = 10; end < whole.length; end += 10) {
			message.show(whole.slice(0, end));
			await pause(10);
		}
		expect(shown().stream!.updates).toHaveLength(4);
		lab.bots.setRules({ perMinute: 1_000 });
		await answer(stream(whole, true));
		expect(shown()).toMatchObject({ text: whole, stream: { finish: true } });
	});

	it('says the type of the chat where it is known, and that somebody has to write first', async () => {
		const { member } = await ask({}, 'limits-5');
		await lab.bots.say(botId, { from: 'lisi', text: 'hello' });
		await until('the next message', () => member.messages.length === 2);
		lab.bots.addChat('limits-6');
		for (const chat of ['limits-5', 'lisi', 'limits-6']) await push(chat);
		const sent = lab.bots
			.frames(botId)
			.filter(({ frame }) => frame.cmd === 'aibot_send_msg')
			.map(({ frame }) => frame.body!.chat_type as number | undefined);
		expect(sent).toEqual([2, 1, undefined]);
		await expect(push('limits-7')).rejects.toMatchObject({
			description: expect.stringMatching(/only where somebody has written to it before/),
		});
	});

	it('<think></think> is a first answer like any other', async () => {
		const { shown, answer } = await ask({ firstAnswer: '<think></think>' });
		await until('the first answer', () => shown()?.text === '<think></think>');
		await answer(stream('Well.', true));
		expect(shown().text).toBe('Well.');
	});
});
