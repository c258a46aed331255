import { byteLength, splitText } from '../../../nodes/shared/util/text';

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
