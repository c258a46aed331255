import fc from 'fast-check';
import { splitMarkdown, splitText } from '../../../nodes/shared/util/split';
import { byteLength } from '../../../nodes/shared/util/text';

const seeded = (seed: number) => () => (seed = (seed * 1103515245 + 12345) % 2 ** 31) / 2 ** 31;

describe('splitText', () => {
	it('leaves what fits alone', () => {
		expect(splitText('hello', 5)).toEqual(['hello']);
		expect(splitText('', 5)).toEqual(['']);
	});

	it('prefers the end of a line, then of a word', () => {
		expect(splitText('first line\nsecond line', 16)).toEqual(['first line\n', 'second line']);
		expect(splitText('several words here', 16)).toEqual(['several words ', 'here']);
	});

	it('cuts before a link of HTML, not inside it', () => {
		const link = '<a href="https://a.example/order/1">Order 1</a>';
		for (let size = link.length; size < link.length + 20; size++) {
			const parts = splitText(`See this: ${link}, and more of it`, size);
			expect(parts.join('')).toBe(`See this: ${link}, and more of it`);
			expect(parts.some((part) => part.includes(link))).toBe(true);
			expect(Math.max(...parts.map(byteLength))).toBeLessThanOrEqual(size);
		}
		expect(splitText(`${link} is it`, 50)).toEqual([`${link} `, 'is it']);
		expect(splitText(`${link}is it`, 49)).toEqual([link, 'is it']);
	});

	it('cuts a link that is too long by itself, and knows what is none', () => {
		const long = `See <a href="https://a.example/${'x'.repeat(60)}">it</a>`;
		const parts = splitText(long, 40);
		expect(parts[0]).toBe('See ');
		expect(parts.join('')).toBe(long);
		expect(splitText('one <about two', 13)).toEqual(['one <about ', 'two']);
	});

	it('never cuts a character or a joined emoji', () => {
		expect(splitText('企业微信', 7)).toEqual(['企业', '微信']);
		const family = '👨‍👩‍👧';
		expect(splitText(`${family}${family}`, byteLength(family) + 3)).toEqual([family, family]);
	});

	it('cuts inside a cluster only when it alone is too long', () => {
		const zalgo = `a${'\u0301'.repeat(100)}`;
		const parts = splitText(zalgo, 21);
		expect(parts.join('')).toBe(zalgo);
		expect(parts.every((part) => byteLength(part) <= 21)).toBe(true);
	});

	it('gives parts within the limit that add up to the text, for random texts', () => {
		const random = seeded(7);
		const alphabet = ['a', 'é', '企', '😀', '\n', ' ', '👍🏽', 'z'];
		for (let round = 0; round < 200; round++) {
			const text = Array.from(
				{ length: Math.floor(random() * 400) },
				() => alphabet[Math.floor(random() * alphabet.length)],
			).join('');
			const parts = splitText(text, 64);
			expect(parts.join('')).toBe(text);
			for (const part of parts) {
				expect(byteLength(part)).toBeLessThanOrEqual(64);
				expect(Buffer.from(part).toString()).toBe(part);
			}
			if (text) expect(parts.every(Boolean)).toBe(true);
		}
	});

	it('copes with 1 MB', () => {
		const text = '企业微信 '.repeat(75_000);
		expect(splitText(text, 2048).join('')).toHaveLength(text.length);
	});
});

describe('splitMarkdown', () => {
	const count = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].length;
	/** What a part must be by itself. */
	const expectValid = (part: string, most: number) => {
		expect(byteLength(part)).toBeLessThanOrEqual(most);
		expect(part).not.toMatch(
			/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/,
		);
		expect(count(part, /^```/gm) % 2).toBe(0);
		const prose = part.replace(/^```[^]*?^```/gm, '');
		expect(count(prose, /<font/g)).toBe(count(prose, /<\/font>/g));
		expect(count(prose, /\*\*/g) % 2).toBe(0);
		expect(count(prose, /<(?!font color="\w+">|\/font>|@\w+>)/g)).toBe(0);
		expect(count(prose, /\]\(/g)).toBe(count(prose, /\]\(https:\/\/[^\s)]+\)/g));
	};

	it('cuts no color, no link and no mention apart', () => {
		const one =
			'服务器<font color="warning">95%</font>，请处理；见[单 1](https://a.example/1)。<@zhang>';
		const parts = splitMarkdown(one.repeat(60), 2048);
		expect(parts.join('')).toBe(one.repeat(60));
		for (const part of parts) {
			expectValid(part, 2048);
			expect(part).toMatch(/[。；]$|>$/);
		}
	});

	it.each([
		'<font color="warning">红 95%</font>',
		"<FONT color='info'>好</FONT>",
		'<@zhang.san-1>',
		'[a link](https://a.example/x?y=1,2;z)',
		'[链接](https://a.example/p_(1))',
		'[a [b] c](https://a.example "A title")',
		'![图 1](https://a.example/p.png)',
		'<a href="https://a.example/1">看 详情</a>',
		'https://a.example/path?q=a,b;c',
		'`a piece of code`',
		'``one ` of code``',
		'**粗 体 字**',
		'__粗 体 字__',
		'*斜 体 字*',
		'~~删 除 线~~',
		'**[l](https://a.example)**',
		'<font color="info">**b c**</font>',
		'👨‍👩‍👧‍👦',
		'🇨🇳',
	])('never cuts %p apart', (whole) => {
		const text = `文字, ${whole}，and more words: ${whole} 完`;
		for (let size = byteLength(whole); size < byteLength(text); size++) {
			const parts = splitMarkdown(text, size);
			expect(parts.join('')).toBe(text);
			expect(parts.join('\n').split(whole)).toHaveLength(3);
			expect(Math.max(...parts.map(byteLength))).toBeLessThanOrEqual(size);
		}
	});

	it('keeps the two characters of a line end of Windows together', () => {
		const text = 'one line\r\nand the next one\r\n'.repeat(20);
		for (let size = 12; size < 60; size++)
			for (const part of splitMarkdown(text, size)) expect(part).not.toMatch(/^\n|\r$/);
	});

	it('closes a code block and opens it again', () => {
		const code = Array.from({ length: 90 }, (_, line) => `line ${line} SELECT * FROM t`).join('\n');
		const parts = splitMarkdown(`Look:\n\`\`\`sql\n${code}\n\`\`\`\nDone.`, 512);
		expect(parts.length).toBeGreaterThan(4);
		for (const part of parts) {
			expectValid(part, 512);
			expect(part).not.toContain('```\n```');
		}
		expect(parts[1]).toMatch(/^```sql\nline \d+ SELECT/);
		expect(parts.join('').match(/line \d+ SELECT \* FROM t/g)).toHaveLength(90);
	});

	it('closes a code block that nobody has closed', () => {
		const parts = splitMarkdown('```\n' + 'a line of code\n'.repeat(20), 100);
		for (const part of parts) expectValid(part, 100);
	});

	it('closes and opens again what is too long for a part by itself', () => {
		const long = `<font color="info">${'很长的文字，'.repeat(40)}</font> **${'bold words '.repeat(30)}** end`;
		const parts = splitMarkdown(long, 256);
		for (const part of parts) expectValid(part, 256);
		const bare = (text: string) => text.replace(/<\/?font[^>]*>|\*\*/g, '');
		expect(bare(parts.join(''))).toBe(bare(long));
	});

	it('keeps whole what stays valid by that, in random texts', () => {
		const block = fc.oneof(
			fc.constantFrom(
				'<font color="warning">红色 95%</font>',
				'[a link](https://a.example/x?y=1&z=%E4)',
				'![p](https://a.example/p.png)',
				'<@zhangsan>',
				'**bold 字**',
				'`code`',
				'\n',
				'\n\n',
				'。',
				'；',
				', ',
				'. ',
				'😀',
				'👨‍👩‍👧',
				'> quote\n',
				'\n```js\nlet a = 1;\n\n```\n',
				'\n| a | b |\n',
			),
			fc.string({ unit: fc.constantFrom('a', 'é', '企', ' ', '业'), maxLength: 30 }),
			fc
				.array(fc.constantFrom('x = 1', 'some code <not a tag', '  ** no bold'), {
					minLength: 1,
					maxLength: 25,
				})
				.map((lines) => `\n\`\`\`py\n${lines.join('\n')}\n\`\`\`\n`),
		);
		fc.assert(
			fc.property(
				fc.array(block, { maxLength: 60 }).map((blocks) => blocks.join('')),
				fc.integer({ min: 96, max: 700 }),
				(text, most) => {
					const parts = splitMarkdown(text, most);
					for (const part of parts) expectValid(part, most);
					const bare = (whole: string) => whole.replace(/^```.*$/gm, '').replace(/\n+/g, '\n');
					expect(bare(parts.join('\n')).replaceAll('\n', '')).toBe(bare(text).replaceAll('\n', ''));
				},
			),
			{ numRuns: 400 },
		);
	});

	it.each(['[', '<', '`', '**', '*a ', '[a](()', '<font color="x">', '![a](', '```\n', 'https://'])(
		'copes with half a megabyte of %p',
		(piece) => {
			const text = piece.repeat(Math.ceil(500_000 / piece.length));
			const parts = splitMarkdown(text, 2048);
			expect(Math.max(...parts.map(byteLength))).toBeLessThanOrEqual(2048);
		},
		20_000,
	);
});
