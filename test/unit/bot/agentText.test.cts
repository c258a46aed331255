/** What agents say, as n8n writes it, and what of it WeCom can show. */
import { AgentText, closeFence, frameText } from '../../../nodes/shared/bot/agentText';

const line = (type: string, content?: unknown, nodeName = 'Agent', itemIndex = 0) =>
	`${JSON.stringify({ type, content, metadata: { nodeName, itemIndex } })}\n`;
const heard = (...written: string[]) => {
	const said = new AgentText({ goesOnAfter: (nodeName) => nodeName === 'Log' });
	for (const one of written) said.take(one);
	return said;
};

describe('AgentText', () => {
	it('takes lines in whatever pieces they come', () => {
		const written = line('begin') + line('item', 'Hällo ') + line('item', '世界 👨‍👩‍👧');
		expect(heard(...written).text).toBe('Hällo 世界 👨‍👩‍👧');
	});

	it.each([
		['no JSON', 'hello\n'],
		['half of it', '{"type":\n'],
		['a list', '[1]\n'],
		['no content', line('item')],
		['content that is no text', line('item', { a: 1 })],
		['no metadata', '{"type":"item","content":""}\n'],
		['what n8n writes to keep the connection', '{"type":"keepalive"}\n'],
		['something new', line('thought', 'x')],
	])('leaves %s aside', (_what, written) => {
		const said = heard(line('item', 'So far'));
		expect([said.take(written), said.text, said.hasFailed]).toEqual([false, 'So far', false]);
	});

	it('shows what another agent, or the same one with another item, says in its place', () => {
		expect(heard(line('item', 'a'), line('item', 'b', 'Editor')).text).toBe('b');
		expect(heard(line('item', 'a'), line('item', 'b', 'Agent', 1)).text).toBe('b');
	});

	it('goes on in a new paragraph after a tool, and knows when it waits and fails', () => {
		const said = heard(line('begin'), line('item', 'Let me see. '), line('end'));
		expect(said).toMatchObject({ isWaiting: true, hasFailed: false });
		said.take(line('error', 'the tool broke'));
		expect(said.hasFailed).toBe(true);
		said.take(line('begin') + line('item', 'Found it.'));
		expect(said).toMatchObject({ isWaiting: false, hasFailed: false });
		expect(said.text).toBe('Let me see.\n\nFound it.');
	});

	it('forgets half a sentence that the agent begins anew, and keeps what was said before a tool', () => {
		const again = heard(
			line('begin'),
			line('item', 'I wou'),
			line('begin'),
			line('item', 'I would'),
		);
		expect(again.text).toBe('I would');
		const said = heard(line('begin'), line('item', 'Let me see.'), line('end'), line('begin'));
		for (const written of [line('item', 'Fou'), line('begin'), line('item', 'Found it.')])
			said.take(written);
		expect(said.text).toBe('Let me see.\n\nFound it.');
	});

	it('has not failed where the execution goes on after an error', () => {
		const said = heard(line('begin'), line('item', 'Done.'), line('end'));
		expect(said.take(line('error', 'no space', 'Log'))).toBe(false);
		expect(said.hasFailed).toBe(false);
		said.take(line('error', 'no space', 'Store'));
		expect(said.hasFailed).toBe(true);
	});

	it('keeps no more than any stream shows', () => {
		const said = heard(...Array.from({ length: 60 }, () => line('item', 'x'.repeat(10_000))));
		expect(said.text.length).toBeLessThan(220_000);
	});
});

describe('frameText', () => {
	it.each([
		['half an emoji', 'a😀'.slice(0, 2), 'a'],
		['what another character is joined with', 'a👨\u200d', 'a👨'],
		['bytes that were no character yet', 'a\ufffd', 'a'],
		['half a fence', 'a\n``', 'a\n'],
		['half an indented fence', 'a\n  ~', 'a\n  '.trimEnd() + '\n'],
		['nothing else', 'a`', 'a`'],
	])('leaves out %s', (_what, text, shown) => {
		expect(frameText(text, 100)).toBe(shown);
	});

	it('is the status alone while nothing was said', () => {
		expect(frameText('\n\n', 100, 'Looking…')).toBe('Looking…');
		expect(frameText('So', 100, 'Looking…')).toBe('So\n\nLooking…');
	});

	it('closes code with the fence that opened it, and leaves code that has ended', () => {
		expect(frameText('````md\n```js\nx', 100)).toBe('````md\n```js\nx\n````');
		expect(frameText('~~~\nx\n~~~\ny', 100)).toBe('~~~\nx\n~~~\ny');
		expect(closeFence('a ``` b')).toBe('a ``` b');
	});

	it('never takes more bytes than it may, nor half a character, with a line below', () => {
		const text = '```\n' + '漢字😀👨‍👩‍👧'.repeat(50);
		for (let bytes = 60; bytes < 200; bytes++) {
			const shown = frameText(text, bytes, 'Looking…');
			expect(Buffer.byteLength(shown)).toBeLessThanOrEqual(bytes);
			expect(shown).not.toMatch(
				/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/,
			);
			expect(shown).toMatch(/\n```\n\nLooking…$/);
		}
	});

	it('reads only as much of a long answer as it shows', () => {
		// Work that grew with all of the text, or with the square of a run of characters, would not end.
		const long = '**字**\n'.repeat(40_000);
		for (let frame = 0; frame < 100; frame++) frameText(long, 20_480);
		expect(frameText('\ufffd'.repeat(200_000) + 'a', 20_480)).toBe('');
	});
});
