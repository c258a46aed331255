/** Writes callback XML: texts as CDATA, numbers and MsgId plain, arrays as repeated elements. */

export type XmlValue = string | number | XmlFields | XmlValue[];
export interface XmlFields {
	[name: string]: XmlValue | undefined;
}

export const toXml = (fields: XmlFields): string => `<xml>${children(fields)}</xml>`;

const children = (fields: XmlFields): string =>
	Object.entries(fields)
		.map(([name, value]) => (value === undefined ? '' : element(name, value)))
		.join('');

function element(name: string, value: XmlValue): string {
	if (Array.isArray(value)) return value.map((one) => element(name, one)).join('');
	return `<${name}>${content(name, value)}</${name}>`;
}

function content(name: string, value: string | number | XmlFields): string {
	if (typeof value === 'object') return children(value);
	if (typeof value === 'number' || name === 'MsgId') return String(value);
	return `<![CDATA[${value.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`;
}
