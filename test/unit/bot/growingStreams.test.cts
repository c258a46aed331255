/** What agents say into streams, against a WeCom that answers each frame as the test says, at a time the test sets. */
import type { IDataObject } from 'n8n-workflow';
import { ConnectionReplies } from '../../../nodes/shared/bot/connectionReplies';
import { BotFailure } from '../../../nodes/shared/bot/errors';
import { quotaTimings } from '../../../nodes/shared/bot/quota';
import { streamTimings } from '../../../nodes/shared/bot/streamTimings';

const streamTimes = { ...streamTimings };
const quotaTimes = { ...quotaTimings };
let now = 0;
beforeEach(() => {
	now = 1_000_000;
	jest.spyOn(Date, 'now').mockImplementation(() => now);
	Object.assign(streamTimings, { tooMuch: [] });
	Object.assign(quotaTimings, { minute: 0, hour: 0 });
});
afterEach(() => {
	jest.restoreAllMocks();
	Object.assign(streamTimings, streamTimes);
	Object.assign(quotaTimings, quotaTimes);
});

/** Everything that can go out has gone out. */
const settled = async () => {
	for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
};
const refusal = (errcode: number) => new BotFailure('refused', '', errcode);
const lostAnswer = () => new BotFailure('no answer', '');
const TOO_OLD = 846608;
const ANSWERED = 846606;
const TOO_MUCH = 846607;

/** A bot's message and what goes out for it: `frame:`, `end:` or `push:` with the text. */
function talkOf({ closingText = '', firstAnswer = '' } = {}) {
	const sent: string[] = [];
	const wecom = { answer: async (_what: string): Promise<void> => {} };
	const wire = {
		botId: 'bot',
		request: async (_cmd: string, { stream, markdown }: IDataObject) => {
			const { content, finish } = (stream ?? markdown) as IDataObject;
			const what = `${stream ? (finish ? 'end' : 'frame') : 'push'}:${String(content)}`;
			sent.push(what);
			await wecom.answer(what);
			return {};
		},
	};
	const replies = new ConnectionReplies(wire);
	const lost: string[] = [];
	const onLost = ({ message }: Error) => void lost.push(message);
	const { streams } = replies;
	replies.begin('r', { chattype: 'single', from: { userid: 'zhangsan' } }, { closingText, onLost });
	if (firstAnswer) streams.startStream('r', 'id', firstAnswer);
	const ended = streams.beginRun('r', 'run');
	const speaker = { reqId: 'r', run: 'run', streamId: 'id' };
	const answer = async (content: string, finish: boolean) => {
		const stream = { id: 'id', finish, content };
		const origin = { chatid: 'zhangsan', at: now, run: speaker.run };
		await replies.reply('aibot_respond_msg', { msgtype: 'stream', stream }, 'r', origin);
		await settled();
	};
	return {
		replies,
		sent,
		lost,
		wecom,
		/** WeCom answers some frames with an error. */
		refuse: (which: RegExp, failure: () => BotFailure) => {
			wecom.answer = async (what) => {
				if (which.test(what)) throw failure();
			};
		},
		show: async (said: string, status?: string) => {
			streams.show(speaker, said, status);
			await settled();
		},
		say: (said: string) => streams.show(speaker, said),
		breakOff: () => streams.breakOff(speaker),
		tickAfter: async (ms: number) => {
			now += ms;
			streams.tend(now);
			await settled();
		},
		end: async () => {
			await ended();
			await settled();
		},
		/** What the WeCom node sends for this workflow. */
		step: async (content: string) => await answer(content, false),
		finish: async (content: string) => await answer(content, true),
		/** Another one that the message has started. */
		workflow: (run: string) => {
			const itsEnd = streams.beginRun('r', run);
			return {
				show: async (said: string) => {
					streams.show({ ...speaker, run }, said);
					await settled();
				},
				end: async () => {
					await itsEnd();
					await settled();
				},
			};
		},
		/** Resolves what the test holds back. */
		hold: (which: RegExp) => {
			let release = () => {};
			const held = new Promise<void>((resolve) => (release = resolve));
			wecom.answer = async (what) => {
				if (which.test(what)) await held;
			};
			return release;
		},
	};
}

const LIFE = streamTimes.life;
const NEARLY = LIFE - streamTimes.margin;

describe('a stream that is over while the agent speaks', () => {
	it('words it has shown are not said again', async () => {
		const { show, tickAfter, end, sent } = talkOf();
		await show('All of it');
		await tickAfter(NEARLY);
		await show('All of it');
		await end();
		expect(sent).toEqual(['frame:All of it', 'end:All of it']);
	});

	it('what is said since then follows alone', async () => {
		const { show, tickAfter, end, sent } = talkOf();
		await show('Part one.');
		await tickAfter(NEARLY);
		await show('Part one. And two.');
		await end();
		expect(sent).toEqual(['frame:Part one.', 'end:Part one.', 'push:And two.']);
	});

	it.each([
		['another text', 'Part one.', 'No, two.'],
		['code that the stream shows the beginning of', '```js\nx', '```js\nx\ny\n```'],
	])('%s follows whole', async (_what, before, after) => {
		const { show, tickAfter, end, sent } = talkOf();
		await show(before);
		await tickAfter(NEARLY);
		await show(after);
		await end();
		expect(sent.slice(2)).toEqual([`push:${after}`]);
	});

	it('words said while its end is under way follow', async () => {
		const { show, say, hold, tickAfter, end, sent } = talkOf();
		await show('A');
		const release = hold(/^end/);
		await tickAfter(NEARLY);
		say('A B');
		release();
		await settled();
		await end();
		expect(sent).toEqual(['frame:A', 'end:A', 'push:B']);
	});

	it('also newer ones, said while the first follow', async () => {
		const { show, say, wecom, tickAfter, end, sent } = talkOf();
		await show('A');
		say('A1');
		wecom.answer = async (what) => {
			if (what === 'push:A1') say('A1 B C');
			if (!what.startsWith('end')) return;
			say('A1 B');
			throw refusal(TOO_OLD);
		};
		await tickAfter(NEARLY);
		await end();
		expect(sent).toEqual(['frame:A', 'end:A1', 'push:A1', 'push:B C']);
	});

	it.each([[false], [true]])(
		'words WeCom has not shown follow where nobody could end it (run over: %s)',
		async (isRunOver) => {
			const { show, say, refuse, wecom, tickAfter, end, sent } = talkOf();
			await show('A');
			say('A and the answer');
			refuse(/^(?:frame|end)/, lostAnswer);
			if (isRunOver) await end();
			await tickAfter(LIFE);
			say('A and the answer');
			wecom.answer = async () => {};
			if (!isRunOver) await end();
			else await tickAfter(LIFE);
			expect(sent.filter((what) => what.startsWith('push'))).toEqual(['push:A and the answer']);
		},
	);

	it('words follow that came after an end whose answer was lost', async () => {
		const { show, say, refuse, tickAfter, end, sent } = talkOf();
		await show('A');
		refuse(/^end/, lostAnswer);
		await tickAfter(NEARLY);
		say('A B');
		refuse(/^(?:end|frame)/, () => refusal(ANSWERED));
		await tickAfter(streamTimings.endAgain);
		await end();
		expect(sent.filter((what) => what.startsWith('push'))).toEqual(['push:B']);
	});

	it('the closing text below an answer that broke off follows as well', async () => {
		const { show, breakOff, refuse, end, sent } = talkOf({ closingText: 'Sorry' });
		await show('A');
		refuse(/^end/, () => refusal(TOO_OLD));
		breakOff();
		await end();
		expect(sent.at(-1)).toBe('push:A\n\nSorry');
	});

	it('WeCom is not asked again and again to take more of it', async () => {
		const { show, refuse, tickAfter, end, sent } = talkOf();
		await show('A');
		refuse(/^(?:frame|end)/, () => refusal(TOO_OLD));
		for (let second = 1; second <= 10; second++) {
			await show(`A ${second}`);
			await tickAfter(1_000);
		}
		expect(sent).toEqual(['frame:A', 'frame:A 1']);
		await end();
		expect(sent.at(-1)).toBe('push:A 10');
	});

	it.each([
		['nobody could send it over', lostAnswer],
		['the connection broke', () => new BotFailure('broke', '', undefined, true)],
	])(
		'the parts that follow are sent again after a cut, from the one it met: %s',
		async (_w, cut) => {
			const { show, refuse, wecom, tickAfter, end, sent, lost } = talkOf();
			const parts = ['长', '短', '文'].map((character) => character.repeat(6_826));
			await show(parts.join(''));
			refuse(/^push:文/, cut);
			await end();
			await tickAfter(250);
			wecom.answer = async () => {};
			await tickAfter(250);
			await tickAfter(250);
			const pushed = sent.filter((what) => what.startsWith('push'));
			expect(pushed.map((what) => what[5])).toEqual(['短', '文', '文', '文']);
			expect(lost).toEqual([]);
		},
	);

	it.each([
		['refuses', () => refusal(45009), 1],
		['never answers', lostAnswer, 5],
	])('what WeCom %s is given up and told, once', async (_what, failure, tries) => {
		const { show, refuse, tickAfter, end, sent, lost } = talkOf();
		await show('A');
		await tickAfter(NEARLY);
		await show('A B');
		refuse(/^push/, failure);
		await end();
		for (let tick = 0; tick < 10; tick++) await tickAfter(250);
		expect(sent.filter((what) => what === 'push:B')).toHaveLength(tries);
		expect(lost).toEqual([failure().message]);
	});

	it('nothing of an answer is kept once nobody speaks', async () => {
		const { show, end, replies } = talkOf();
		await show('All of it');
		await end();
		const { talks } = replies as unknown as { talks: { remember(reqId: string): object } };
		expect(JSON.stringify(talks.remember('r'))).not.toContain('All of it');
	});
});

describe('the first words', () => {
	it('become rarer like all others when WeCom has no room for them', async () => {
		const { refuse, say, tickAfter, sent } = talkOf({ firstAnswer: 'Thinking…' });
		await settled();
		refuse(/^frame/, () => refusal(TOO_MUCH));
		say('A');
		for (let tick = 0; tick < 240; tick++) await tickAfter(250);
		// After half a second, and then after 2, 4, 8 and every 16 seconds.
		expect(sent.filter((what) => what === 'frame:A').length).toBeLessThan(8);
	});
});

describe('a stream that shows a status alone', () => {
	it.each(['', 'Thinking…'])("does not end with it, after the first answer '%s'", async (first) => {
		const { show, end, sent } = talkOf({ firstAnswer: first });
		await settled();
		now += streamTimings.firstWords;
		await show('', 'Looking it up…');
		expect(sent.at(-1)).toBe('frame:Looking it up…');
		await end();
		expect(sent.at(-1)).toBe(`end:${first || '…'}`);
	});
});

describe('a reply that WeCom refuses', () => {
	const reply = {
		msgtype: 'stream',
		stream: { id: 'id', finish: true, content: 'The reply' },
	};

	/** The last that goes out when the agent speaks after it. */
	const lastBehindIt = async (talk: ReturnType<typeof talkOf>) => {
		talk.refuse(/The reply/, () => refusal(45009));
		await expect(talk.replies.reply('aibot_respond_msg', reply, 'r')).rejects.toThrow('refused');
		await talk.show('The words');
		await talk.end();
		return talk.sent.at(-1);
	};

	it('leaves the stream to what the agent says', async () => {
		const talk = talkOf({ closingText: 'Sorry', firstAnswer: '…' });
		await settled();
		expect(await lastBehindIt(talk)).toBe('end:The words');
	});

	it('also where a step of Stream Reply has gone out', async () => {
		const talk = talkOf();
		await talk.step('A step');
		expect(await lastBehindIt(talk)).toBe('end:The words');
	});
});

describe('steps of Stream Reply', () => {
	it('new words of the agent take the place of a step, a mere status stands below it', async () => {
		const { show, step, tickAfter, end, sent } = talkOf();
		await show('Let me look.');
		await step('Looking for Emma…');
		await show('Let me look.', 'One moment');
		await tickAfter(streamTimings.frame);
		await show('Let me look.\n\nThere she is.');
		await tickAfter(streamTimings.frame);
		await end();
		expect(sent).toEqual([
			'frame:Let me look.',
			'frame:Looking for Emma…',
			'frame:Looking for Emma…\n\nOne moment',
			'frame:Let me look.\n\nThere she is.',
			'end:Let me look.\n\nThere she is.',
		]);
	});

	it('words that come while a step is under way stay', async () => {
		const { say, step, hold, tickAfter, end, sent } = talkOf();
		const release = hold(/^frame:A step/);
		const done = step('A step');
		say('The words');
		release();
		await done;
		await tickAfter(streamTimings.frame);
		await end();
		expect(sent.at(-1)).toBe('end:The words');
	});

	it.each([
		['grown', 'Part one.', 'Part one. And two.', 'And two.'],
		['another text', 'Part one.', 'Part two.', 'Part two.'],
	])('those after the end of the stream follow with the end: %s', async (_what, one, two, rest) => {
		const { step, tickAfter, end, sent } = talkOf();
		await step(one);
		await tickAfter(NEARLY);
		await step(two);
		await end();
		expect(sent).toEqual([`frame:${one}`, `end:${one}`, `push:${rest}`]);
	});

	it('but not where Finish has said all of it', async () => {
		const { step, finish, tickAfter, end, sent } = talkOf();
		await step('Part one.');
		await tickAfter(NEARLY);
		await step('Part one. And two.');
		await finish('Part one. And two. And three.');
		await end();
		expect(sent.slice(2)).toEqual(['push:Part one. And two. And three.']);
	});
});

describe('two workflows that answer a message', () => {
	/** One replies, the other one has an agent and no reply. */
	const two = () => {
		const one = talkOf();
		const other = one.workflow('other');
		return { ...one, other };
	};

	it.each([
		['has ended before the reply', true],
		['ends behind it', false],
	])('what the one without a reply says is a message of its own: it %s', async (_w, isFirst) => {
		const { finish, end, other, sent } = two();
		await other.show('My view');
		if (isFirst) await other.end();
		await finish('The reply');
		if (!isFirst) await other.end();
		await end();
		expect(sent).toEqual(['frame:My view', 'end:The reply', 'push:My view']);
	});

	it('also what it says after the reply, whole', async () => {
		const { finish, end, other, sent } = two();
		await other.show('My');
		await finish('The reply');
		await end();
		await other.show('My view');
		await other.end();
		expect(sent.slice(1)).toEqual(['end:The reply', 'push:My view']);
	});

	it('and what the stream does not show of them when both have ended', async () => {
		const { show, end, other, sent } = two();
		await show('Mine');
		now += streamTimings.frame;
		await other.show('Yours');
		await end();
		await other.end();
		expect(sent).toEqual(['frame:Mine', 'frame:Yours', 'end:Yours', 'push:Mine']);
	});
});

it('an agent speaks on through replies that others have taken over, and those in turn', async () => {
	const [one, two, three] = [talkOf({ closingText: 'Sorry' }), talkOf(), talkOf()];
	await one.show('Hello');
	two.replies.adopt(one.replies);
	three.replies.adopt(two.replies);
	now += streamTimings.frame;
	await one.show('Hello world');
	await three.tickAfter(streamTimings.frame);
	await one.end();
	expect(one.sent.at(-1)).toBe('end:Hello world');
	expect(two.replies.isRemembered('r')).toBe(true);
});
