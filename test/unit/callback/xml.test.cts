import { MAX_XML_CHARS, parseXml, wrapRepeatable } from '../../../nodes/shared/callback/xml';
import samples from '../../fixtures/callback-samples.json';

/** Reads what must be well-formed. */
function read(xml: string, repeatable?: readonly string[]): Record<string, unknown> {
	const parsed = parseXml(xml, repeatable);
	if (!parsed.ok) throw new Error(parsed.reason);
	return parsed.value;
}

/** Reads `<a>…</a>` inside a root. */
function readLeaf(inner: string): unknown {
	return read(`<xml><a>${inner}</a></xml>`).a;
}

describe('samples of the docs', () => {
	it('are all here', () => {
		expect(samples.length).toBeGreaterThanOrEqual(130);
	});

	it.each(samples.map((sample) => [JSON.stringify(sample.kind), sample.doc, sample] as const))(
		'%s of doc %s',
		(_kind, _doc, sample) => {
			expect(parseXml(sample.xml)).toEqual({ ok: true, root: 'xml', value: sample.expected });
		},
	);
});

describe('leaves', () => {
	it.each([
		['text', 'hello', 'hello'],
		['numbers as written', '007.50', '007.50'],
		['numbers no double can hold', '12345678901234567890', '12345678901234567890'],
		['words that look like values', '<![CDATA[true]]>', 'true'],
		['hexadecimal and exponents', '0x1F 1e3', '0x1F 1e3'],
		['white space', ' \n a\tb \n', ' \n a\tb \n'],
		['white space of CDATA', '<![CDATA[ \n a\tb \n]]>', ' \n a\tb \n'],
		['white space around CDATA', ' <![CDATA[ a ]]>\n', ' a '],
		['text around CDATA', 'x <![CDATA[a]]>\n', 'x a\n'],
		['two sections', ' <![CDATA[a]]> <![CDATA[b]]>\n', ' a b\n'],
		['line ends as XML wants them', 'a\r\nb\rc&#13;&#10;', 'a\nb\nc\r\n'],
		['white space alone', '  ', '  '],
		['nothing', '', ''],
		['empty CDATA', '<![CDATA[]]>', ''],
		['CDATA with markup', '<![CDATA[<b>&amp;</b>]]>', '<b>&amp;</b>'],
		[
			'a DOCTYPE that a member typed',
			'<![CDATA[<!DOCTYPE x [<!ENTITY a "b">]>&a;]]>',
			'<!DOCTYPE x [<!ENTITY a "b">]>&a;',
		],
		['CDATA between text', 'a<![CDATA[ b ]]>c', 'a b c'],
		['CDATA split at its end', '<![CDATA[a]]]]><![CDATA[>b]]>', 'a]]>b'],
		['brackets in CDATA', '<![CDATA[a]]b]>c]]]>', 'a]]b]>c]'],
		['an end of CDATA that a member typed', '<![CDATA[a]]>b]]>', 'ab]]>'],
		['the predefined entities', '&lt;&gt;&amp;&quot;&apos;', '<>&"\''],
		['an entity once only', '&amp;lt;&amp;#65;', '&lt;&#65;'],
		['numeric references', '&#65;&#x42;&#x4F01;&#128512;&#x1f600;', 'AB企😀😀'],
		['references outside CDATA only', '&#65;<![CDATA[&#65;]]>', 'A&#65;'],
		['emoji and rare characters', '<![CDATA[😀👨‍👩‍👧 𠮷]]>', '😀👨‍👩‍👧 𠮷'],
		['a lone surrogate', '<![CDATA[\ud800x]]>', '\ud800x'],
		['control characters', '<![CDATA[\u0000\u0008\u000b]]>', '\u0000\u0008\u000b'],
		['a comment', 'a<!-- <b> & -- -->c', 'ac'],
		['a greater-than sign', 'a > b', 'a > b'],
	])('%s', (_what, inner, expected) => {
		expect(readLeaf(inner)).toBe(expected);
	});

	it('keeps a text of 2 MB', () => {
		const text = '企业微信 <&]]'.repeat(200_000);
		expect(readLeaf(`<![CDATA[${text}]]>`)).toBe(text);
	});
});

describe('elements', () => {
	it('keep their case, also the names of object methods', () => {
		const value = read('<xml><AgentID>1</AgentID><agentid>2</agentid><toString>3</toString></xml>');
		expect(value).toEqual({ AgentID: '1', agentid: '2', toString: '3' });
	});

	it('are empty in each form', () => {
		expect(read('<xml><a/><b /><c></c><d></d ></xml>')).toEqual({ a: '', b: '', c: '', d: '' });
	});

	it('drop attributes', () => {
		expect(read('<xml v = "1" w=\'>"\'><a b="/>"/><c d="x">y</c></xml>')).toEqual({
			a: '',
			c: 'y',
		});
	});

	it('make arrays where they repeat, apart or together', () => {
		expect(read('<xml><a>1</a><b/><a>2</a><a><c>3</c></a></xml>')).toEqual({
			a: ['1', '2', { c: '3' }],
			b: '',
		});
	});

	it('drop white space beside children and keep text there', () => {
		expect(read('<xml>\n <a> <b>1</b>\t</a>\n</xml>')).toEqual({ a: { b: '1' } });
		expect(read('<xml>x<a>1</a>y</xml>')).toEqual({ a: '1', '#text': 'xy' });
		expect(read('<xml>x</xml>')).toEqual({ '#text': 'x' });
		expect(read('<xml/>')).toEqual({});
	});

	it('may stand behind a byte order mark, a declaration and comments', () => {
		const parsed = parseXml(
			'\ufeff<?xml version="1.0"?>\n<!-- a --><root><a>1</a></root>\n<!-- b -->\n',
		);
		expect(parsed).toEqual({ ok: true, root: 'root', value: { a: '1' } });
	});

	it.each(['__proto__', 'constructor', 'prototype'])('called %s are refused', (name) => {
		for (const xml of [
			`<xml><${name}><polluted>1</polluted></${name}></xml>`,
			`<xml><${name}/></xml>`,
			`<${name}><a>1</a></${name}>`,
		]) {
			expect(parseXml(xml)).toMatchObject({
				ok: false,
				reason: expect.stringContaining('reserved'),
			});
		}
		expect(({} as Record<string, unknown>).polluted).toBeUndefined();
	});
});

describe('refused', () => {
	it.each([
		['nothing', ''],
		['white space', ' \n'],
		['text', 'hello'],
		['a declaration only', '<?xml version="1.0"?>'],
		['a declaration without end', '<?xml version="1.0"'],
		['a comment only', '<!-- a -->'],
		['an open root', '<xml>'],
		['an open element', '<xml><a></xml>'],
		['elements that overlap', '<xml><a><b></a></b></xml>'],
		['an end tag in other case', '<xml><a></A></xml>'],
		['a longer end tag', '<xml><a></ab></xml>'],
		['an end tag alone', '</xml>'],
		['an end tag with an attribute', '<xml><a></a b="1"></xml>'],
		['text before the root', 'x<xml/>'],
		['text after the root', '<xml/>x'],
		['CDATA after the root', '<xml/><![CDATA[x]]>'],
		['an entity after the root', '<xml/>&#65;'],
		['two roots', '<xml></xml><xml></xml>'],
		['two empty roots', '<xml/><xml/>'],
		['a tag without end', '<xml><a'],
		['a tag without name', '<xml>< a></a></xml>'],
		['a name that begins with a digit', '<xml><1a></1a></xml>'],
		['a tag in a tag', '<xml><a <b></a></xml>'],
		['an attribute without value', '<xml><a b></a></xml>'],
		['an attribute without quotes', '<xml><a b=c></a></xml>'],
		['an attribute without end', '<xml><a b="c></a></xml>'],
		['an attribute with markup', '<xml><a b="<c>"></a></xml>'],
		['attributes that touch', '<xml><a b="c"d="e"></a></xml>'],
		['CDATA without end', '<xml><a><![CDATA[x]]</a></xml>'],
		['CDATA in lower case', '<xml><a><![cdata[x]]></a></xml>'],
		['a comment without end', '<xml><!-- </xml>'],
		['a comment too short', '<xml><!--></xml>'],
		['a bare ampersand', '<xml><a>a&b</a></xml>'],
		['an ampersand at the end', '<xml><a>a&</a></xml>'],
		['an entity of HTML', '<xml><a>&nbsp;</a></xml>'],
		['an unknown entity', '<xml><a>&foo;</a></xml>'],
		['an entity in other case', '<xml><a>&LT;</a></xml>'],
		['a reference to character 0', '<xml><a>&#0;</a></xml>'],
		['a reference to a surrogate', '<xml><a>&#xD83D;&#xDE00;</a></xml>'],
		['a reference beyond Unicode', '<xml><a>&#x110000;</a></xml>'],
		['a huge reference', '<xml><a>&#99999999999999999999;</a></xml>'],
		['a DOCTYPE', '<!DOCTYPE xml><xml/>'],
		['a DOCTYPE in other case', '<!doctype xml><xml/>'],
		['a DOCTYPE inside', '<xml><!DOCTYPE xml></xml>'],
		['an external DTD', '<!DOCTYPE xml SYSTEM "http://example.com/x.dtd"><xml/>'],
		[
			'an external entity',
			'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><xml><a>&e;</a></xml>',
		],
		['a parameter entity', '<!DOCTYPE x [<!ENTITY % e SYSTEM "http://example.com/">%e;]><xml/>'],
		['an entity declaration', '<xml><!ENTITY e "x"></xml>'],
		['a DOCTYPE behind CDATA in an attribute', '<xml a="<![CDATA["><!DOCTYPE x>]]></xml>'],
		['a processing instruction', '<xml><?php echo 1 ?></xml>'],
		['a style sheet', '<?xml version="1.0"?><?xml-stylesheet href="x"?><xml/>'],
		['a second declaration', '<xml/><?xml version="1.0"?>'],
	])('%s', (_what, xml) => {
		const parsed = parseXml(xml);
		expect(parsed).toEqual({ ok: false, reason: expect.any(String) });
	});

	it('the billion laughs', () => {
		const entities = Array.from(
			{ length: 10 },
			(_, i) => `<!ENTITY l${i + 1} "${`&l${i};`.repeat(10)}">`,
		);
		const xml = `<!DOCTYPE x [<!ENTITY l0 "lol">${entities.join('')}]><xml><a>&l10;</a></xml>`;
		expect(parseXml(xml)).toEqual({
			ok: false,
			reason: 'declarations such as DOCTYPE are not accepted',
		});
	});

	it.each(['<?php ?><xml/>', '<xml><?php ?></xml>', '<xml><!ENTITY a "b"></xml>'])(
		'%s by name',
		(xml) => {
			expect(parseXml(xml)).toMatchObject({ reason: expect.stringContaining('declarations') });
		},
	);

	it('without quoting the document', () => {
		for (const xml of ['<xml><SECRET></xml>', '<xml>&SECRET;</xml>', 'SECRET', '<xml SECRET/>']) {
			expect(parseXml(xml)).toMatchObject({
				ok: false,
				reason: expect.not.stringContaining('SECRET'),
			});
		}
	});

	it('when a document that is accepted loses its end at any character', () => {
		const xml = samples[0].xml.trimEnd();
		for (let end = 0; end < xml.length; end += 1)
			expect(parseXml(xml.slice(0, end)).ok).toBe(false);
	});
});

describe('limits', () => {
	const nested = (depth: number) => '<a>'.repeat(depth) + '</a>'.repeat(depth);

	it('allow 32 levels and no more', () => {
		expect(parseXml(nested(32)).ok).toBe(true);
		expect(parseXml(nested(33))).toEqual({
			ok: false,
			reason: expect.stringContaining('nested deeper than 32 levels'),
		});
		expect(parseXml(nested(90_000))).toMatchObject({ ok: false });
	});

	it('allow a number of characters', () => {
		const [before, after] = ['<a><b><![CDATA[', ']]></b></a>'];
		const xml = before + 'x'.repeat(MAX_XML_CHARS - before.length - after.length) + after;
		expect(parseXml(xml).ok).toBe(true);
		expect(parseXml(`${xml} `)).toEqual({
			ok: false,
			reason: `longer than ${MAX_XML_CHARS} characters`,
		});
	});

	it('allow a number of tags', () => {
		expect(parseXml(`<xml>${'<a/>'.repeat(199_998)}</xml>`).ok).toBe(true);
		expect(parseXml(`<xml>${'<a/>'.repeat(199_999)}</xml>`)).toEqual({
			ok: false,
			reason: 'more than 200000 tags',
		});
	});

	// Each of these takes minutes, or the stack, if anything is quadratic or recursive.
	const size = 700_000;
	it.each([
		['open elements', '<a>'.repeat(size), false],
		['siblings', `<xml>${'<a/>'.repeat(size)}</xml>`, false],
		[
			'names',
			`<xml>${Array.from({ length: 90_000 }, (_, i) => `<a${i}></a${i}>`).join('')}</xml>`,
			true,
		],
		['white space in a tag', `<xml${' '.repeat(size)}`, false],
		['attributes', `<xml${' a="b"'.repeat(size)}>`, false],
		['quotes', `<xml ${'""'.repeat(5 * size)}></xml>`, false],
		['equals signs', `<xml ${'='.repeat(size)}></xml>`, true],
		['a long name', `<${'a'.repeat(size)}`, false],
		['a long attribute', `<xml ${'a'.repeat(size)}`, false],
		['a quote without end', `<xml a="${'a'.repeat(size)}`, false],
		['comments', `<xml>${'<!---->'.repeat(size)}</xml>`, false],
		['starts of comments', `<xml>${'<!--'.repeat(size)}`, false],
		['starts of comments at the end', `<xml></xml>${'<!--'.repeat(size)}`, false],
		['starts of CDATA', `<xml>${'<![CDATA['.repeat(size)}`, false],
		['starts of CDATA at the end', `<xml></xml>${'<![CDATA['.repeat(size)}`, false],
		['CDATA sections', `<xml><a>${'<![CDATA[x]]>'.repeat(190_000)}</a></xml>`, true],
		['text outside CDATA', `<xml><a>${'x'.repeat(2 * size)}</a></xml>`, true],
		['references', `<xml><a>${'&#65;'.repeat(size)}</a></xml>`, true],
		['ampersands', `<xml><a>${'&'.repeat(size)}</a></xml>`, false],
		['less-than signs', '<'.repeat(size), false],
		['question marks', `<?xml ${'?'.repeat(size)}`, false],
		['white space', ' '.repeat(size), false],
	])('make %s cheap', (_what, xml, ok) => {
		expect(parseXml(xml).ok).toBe(ok);
	});
});

describe('wrapRepeatable', () => {
	it('wraps what came alone and leaves arrays and absent elements', () => {
		const value = read('<xml><one>1</one><two>1</two><two>2</two><other>x</other></xml>', [
			'one',
			'two',
			'absent',
		]);
		expect(value).toEqual({ one: ['1'], two: ['1', '2'], other: 'x' });
	});

	it('wraps objects and empty elements', () => {
		expect(read('<xml><a><b>1</b></a><c/></xml>', ['a', 'c'])).toEqual({
			a: [{ b: '1' }],
			c: [],
		});
	});

	it('matches a path at its end, at any depth, by whole names', () => {
		const value = read(
			'<xml><ExtAttr><Item>1</Item></ExtAttr><Other><Item>2</Item></Other>' +
				'<Deep><ExtAttr><Item>3</Item></ExtAttr></Deep><MyExtAttr><Item>4</Item></MyExtAttr></xml>',
			['ExtAttr.Item'],
		);
		expect(value).toEqual({
			ExtAttr: { Item: ['1'] },
			Other: { Item: '2' },
			Deep: { ExtAttr: { Item: ['3'] } },
			MyExtAttr: { Item: '4' },
		});
	});

	it('goes on inside what it wrapped', () => {
		const value = read(
			'<xml><SelectedItems><SelectedItem><OptionIds><OptionId>1</OptionId></OptionIds></SelectedItem></SelectedItems></xml>',
			['SelectedItems.SelectedItem', 'SelectedItems.SelectedItem.OptionIds.OptionId'],
		);
		expect(value).toEqual({
			SelectedItems: { SelectedItem: [{ OptionIds: { OptionId: ['1'] } }] },
		});
	});

	it('changes nothing the second time', () => {
		const value = read('<xml><a><b>1</b></a></xml>', ['a', 'b']);
		const before = structuredClone(value);
		wrapRepeatable(value, ['a', 'b']);
		expect(value).toEqual(before);
	});
});
