import fc from 'fast-check';
import { readLenientXml } from '../../../nodes/shared/callback/lenientXml';
import { parseXml } from '../../../nodes/shared/callback/xml';
import samples from '../../fixtures/callback-samples.json';

const read = (inner: string) => readLenientXml(`<xml>${inner}</xml>`);

it.each(
	samples.filter(({ xml }) => parseXml(xml).ok).map(({ kind, xml }) => [JSON.stringify(kind), xml]),
)('reads %s as the strict reader does', (_kind, xml) => {
	const strict = parseXml(xml);
	expect(strict.ok && strict.value).toEqual(readLenientXml(xml));
});

it.each([
	['CDATA within CDATA', '<C><![CDATA[<a><![CDATA[x]]></a>]]></C>', '<a><![CDATA[x]]></a>'],
	['its own closing tag within CDATA', '<C><![CDATA[1</C>2]]></C>', '1</C>2'],
	['a surrogate pair as two references', '<C>&#xD83D;&#xDE00;</C>', '😀'],
	['an entity of HTML, as written', '<C>a&nbsp;b</C>', 'a&nbsp;b'],
	['a bare &', '<C>a & b</C>', 'a & b'],
	['a bare <', '<C>1 < 2</C>', '1 < 2'],
	['CDATA that ends with ]] only (doc 98773)', '<C><![CDATA[x]]</C>', 'x'],
	['white space around CDATA', '<C>\n<![CDATA[ x ]]>\n</C>', ' x '],
	['a tag that a person wrote', '<C>if a<b>c then & else</C>', 'if a<b>c then & else'],
	['CDATA without an end', '<C><![CDATA[x</C>', 'x'],
	['an opening tag without its >', '<C<![CDATA[x]]></C>', 'x'],
	['a closing tag in other letters', '<C>x & y</c>', 'x & y'],
	['half of a character', '<C>x&#xD83D;y</C>', 'x\ufffdy'],
	[
		'an address with &',
		'<C>https://a.example/?a=1&b=2&lt=3</C>',
		'https://a.example/?a=1&b=2&lt=3',
	],
])('reads %s', (_what, xml, value) => {
	expect(read(`<A>1</A>${xml}<B>2</B>`)).toEqual({ A: '1', C: value, B: '2' });
});

it('reads a closing tag without its > (doc 99648)', () => {
	expect(
		read('<ChangeType><![CDATA[start]]></ChangeType<MeetingId><![CDATA[m]]></MeetingId>'),
	).toEqual({
		ChangeType: 'start',
		MeetingId: 'm',
	});
});

it('keeps text beside elements, and elements that nobody closes', () => {
	expect(read('<A>1</A><1>x</1>')).toEqual({ A: '1', '#text': '<1>x</1>' });
	expect(read('<A><B>1</A>')).toEqual({ A: { B: '1' } });
});

it('reads past bytes behind the document and control characters', () => {
	expect(readLenientXml('<xml><A>x\u0001y</A></xml>\u0000')).toEqual({ A: 'xy' });
});

it.each([
	['no XML', 'hello'],
	['a root that never ends', '<xml><A>1</A>'],
	['text alone', '<xml>text</xml>'],
	['more than 32 levels', `<xml>${'<a>'.repeat(33)}${'</a>'.repeat(33)}</xml>`],
])('gives nothing for %s', (_what, text) => {
	expect(readLenientXml(text)).toBeUndefined();
});

it('never throws, and ends, whatever it is given', () => {
	const piece = fc.constantFrom(
		'<xml>',
		'</xml>',
		'<a>',
		'</a>',
		'<![CDATA[',
		']]>',
		']]',
		'<',
		'&',
		'&#xD83D;',
		'x',
		' ',
	);
	fc.assert(
		fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
			readLenientXml(`<xml>${pieces.join('')}</xml>`);
		}),
	);
});
