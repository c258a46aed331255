import { createHash } from 'crypto';
import type { IDataObject, IWebhookFunctions } from 'n8n-workflow';
import { escapeHtml, htmlDocument } from '../shared/util/html';
import { cut, type End } from './card';
import type { GivenAnswer, FormField, Language, Question } from './question';
import { endText, WORDS } from './texts';

/** The pages people answer on: in the language of their browser, for any screen, without scripts and without anything to load. */

export interface Page {
	status: number;
	html: string;
}

const MAX_TEXT = 20_000;
const MAX_VALUE = 5_000;

const SAID = {
	over: { status: 410, en: 'This has been answered', zh: '已处理完毕' },
	done: { status: 200, en: 'Thank you, your answer is recorded', zh: '谢谢，已收到您的答复' },
	counted: {
		status: 200,
		en: 'Thank you, your answer is recorded. Waiting for others.',
		zh: '谢谢，已收到您的答复，等待其他人处理',
	},
	notAllowed: { status: 403, en: 'Others have to decide this', zh: '需由其他人处理' },
	loginOver: {
		status: 401,
		en: 'Please open the link in WeCom again',
		zh: '请在企业微信中重新打开链接',
	},
	broken: {
		status: 500,
		en: 'Something went wrong, please try again later',
		zh: '出错了，请稍后重试',
	},
} as const;

export type PageMessage = keyof typeof SAID;

const LABELS = {
	en: {
		reason: 'Reason (if you decline)',
		answer: 'Your answer',
		submit: 'Submit',
		required: 'required',
		choose: 'Please choose',
		missing: 'Please fill in: ',
		inCard: 'Please answer with the buttons of the message in WeCom.',
		close: 'You can close this page.',
	},
	zh: {
		reason: '理由（拒绝时填写）',
		answer: '您的答复',
		submit: '提交',
		required: '必填',
		choose: '请选择',
		missing: '请填写：',
		inCard: '请在企业微信的消息中点击按钮答复。',
		close: '可以关闭此页面。',
	},
};

const STYLE =
	':root{color-scheme:light dark;--page:#f4f6f8;--card:#fff;--text:#1c2733;--soft:#5b6b7b;--line:#8a97a5;--main:#0f6cb0;--onmain:#fff;--bad:#b3261e}' +
	'@media(prefers-color-scheme:dark){:root{--page:#15191e;--card:#20262d;--text:#e8edf2;--soft:#a9b6c3;--line:#75838f;--main:#6cb6f0;--onmain:#0b1a26;--bad:#ffb4ab}}' +
	'*{box-sizing:border-box}body{margin:0;background:var(--page);color:var(--text);font:16px/1.6 system-ui,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif}' +
	'main{max-width:34rem;margin:0 auto;padding:1.5rem 1.25rem;background:var(--card);min-height:100vh;overflow-wrap:anywhere}' +
	'h1{margin:0 0 .75rem;font-size:1.3rem}.text{white-space:pre-wrap}dl{display:grid;grid-template-columns:auto 1fr;gap:.25rem 1rem;margin:1rem 0}' +
	'dt{color:var(--soft)}dd{margin:0}label,legend{display:block;margin:1rem 0 .25rem;padding:0;font-weight:600}fieldset{border:0;margin:0;padding:0}' +
	'.option{display:flex;gap:.6rem;align-items:center;min-height:44px;margin:0;font-weight:400}' +
	'input:not([type=radio]):not([type=checkbox]),textarea,select{width:100%;min-height:44px;padding:.5rem .75rem;font:inherit;color:inherit;background:transparent;border:1px solid var(--line);border-radius:8px}' +
	'select option{color:#1c2733}input[type=radio],input[type=checkbox]{width:1.25rem;height:1.25rem;flex:none;accent-color:var(--main)}' +
	'button{width:100%;min-height:48px;margin-top:1rem;font:inherit;font-weight:600;border:1px solid var(--main);border-radius:8px;background:var(--main);color:var(--onmain)}' +
	'button.second{background:transparent;color:var(--main)}:focus-visible{outline:3px solid var(--main);outline-offset:2px}' +
	'a{color:var(--main)}.soft{color:var(--soft);font-weight:400}.bad{color:var(--bad);font-weight:600}';

/** Nothing is loaded or framed, nothing runs; the answer goes nowhere but here. */
const CONTENT_SECURITY_POLICY = [
	"default-src 'none'",
	`style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
	"base-uri 'none'",
	"form-action 'self'",
	"frame-ancestors 'none'",
].join('; ');

export const QUESTION_PAGE_HEADERS = {
	'cache-control': 'no-store',
	'content-type': 'text/html; charset=utf-8',
	'content-security-policy': CONTENT_SECURITY_POLICY,
	'referrer-policy': 'no-referrer',
	'x-content-type-options': 'nosniff',
};

/** The language that the browser prefers, of the two there are. */
export function languageOf(context: Pick<IWebhookFunctions, 'getHeaderData'>): Language {
	const accepted = String(context.getHeaderData()['accept-language'] ?? '').toLowerCase();
	const preferences = accepted
		.split(',')
		.map((entry) => {
			const [tag, ...parameters] = entry.trim().split(';');
			const q = parameters.find((one) => one.trim().startsWith('q='));
			return { tag, q: q ? Number(q.trim().slice(2)) || 0 : 1 };
		})
		.sort((a, b) => b.q - a.q);
	const first = preferences.find(({ tag }) => /^(zh|en)\b/.test(tag));
	return first?.tag.startsWith('zh') ? 'zh' : 'en';
}

/** One sentence; with a question also how it ended. */
export function messagePage(
	language: Language,
	message: PageMessage,
	question?: Question,
	end?: End,
): Page {
	const { status, [language]: said } = SAID[message];
	const lines = [
		end && question && message !== 'notAllowed' && message !== 'counted'
			? endText({ ...question, texts: textsIn(language, question) }, end.state, end.person, end.at)
			: '',
		LABELS[language].close,
	].filter(Boolean);
	const body = lines.map((line) => `<p class="soft">${escapeHtml(line)}</p>`).join('\n');
	return { status, html: html(language, said, body) };
}

/** What a person has written stays as it is; the rest is in the language of the browser. */
const textsIn = (language: Language, { language: written, texts }: Question) =>
	language === written ? texts : WORDS[language].texts;

function labelIn(language: Language, { language: written }: Question, label: string): string {
	const { approve, disapprove } = WORDS[written];
	if (label === approve) return WORDS[language].approve;
	return label === disapprove ? WORDS[language].disapprove : label;
}

/** Whether the page takes an answer: it also shows what is too long for a card with buttons, and there nobody knows who reads it. */
export const isAnsweredHere = ({ answerBy, withReason }: Question): boolean =>
	answerBy === 'link' || withReason;

export interface Filled {
	/** The proof of who the person is, which comes back with the answer. */
	proof: string;
	/** The values that were sent before, and what is wrong with them. */
	body?: IDataObject;
	missing?: string[];
}

export function questionPage(question: Question, language: Language, filled: Filled): Page {
	const { title, message, details, link } = question;
	const labels = LABELS[language];
	const lines = [
		...details.map(
			({ name, value }) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd>`,
		),
	].join('');
	const parts = [
		`<p class="text">${escapeHtml(message)}</p>`,
		lines && `<dl>${lines}</dl>`,
		link &&
			`<p><a href="${escapeHtml(link.url)}" rel="noreferrer">${escapeHtml(link.title)}</a></p>`,
		filled.missing &&
			`<p class="bad" role="alert">${escapeHtml(labels.missing + filled.missing.join(', '))}</p>`,
		isAnsweredHere(question)
			? form(question, language, filled)
			: `<p class="soft">${labels.inCard}</p>`,
	];
	return {
		status: filled.missing ? 422 : 200,
		html: html(language, title, parts.filter(Boolean).join('\n')),
	};
}

function form(question: Question, language: Language, { proof, body = {} }: Filled): string {
	const hidden = proof ? `<input type="hidden" name="proof" value="${escapeHtml(proof)}">` : '';
	return `<form method="post" accept-charset="utf-8">
${hidden}
${CONTENTS[question.type](question, language, body)}
</form>`;
}

type Content = (question: Question, language: Language, body: IDataObject) => string;

const CONTENTS: Record<Question['type'], Content> = {
	approval: (question, language, body) => {
		const { buttons, withReason } = question;
		const label = (text: string) => escapeHtml(labelIn(language, question, text));
		return [
			buttons.disapprove && withReason
				? area('reason', LABELS[language].reason, String(body.reason ?? ''))
				: '',
			`<button name="decision" value="approve">${label(buttons.approve)}</button>`,
			buttons.disapprove
				? `<button class="second" name="decision" value="decline">${label(buttons.disapprove)}</button>`
				: '',
		].join('\n');
	},
	choice: ({ choices, multiple, title }, language, body) => {
		const sent = [body.choice ?? []].flat().map(String);
		const type = multiple ? 'checkbox' : 'radio';
		const entries = choices.map(({ text }, index) => {
			const checked = sent.includes(String(index)) ? ' checked' : '';
			const required = multiple ? '' : ' required';
			return `<label class="option"><input type="${type}" name="choice" value="${index}"${checked}${required}>${escapeHtml(text)}</label>`;
		});
		return `<fieldset><legend>${escapeHtml(title)}</legend>\n${entries.join('\n')}</fieldset>\n${submit(language)}`;
	},
	freeText: (_question, language, body) =>
		`${area('text', LABELS[language].answer, String(body.text ?? ''), 'required')}\n${submit(language)}`,
	form: ({ fields }, language, body) =>
		`${fields.map((field, index) => input(field, `f${index}`, language, String(body[`f${index}`] ?? ''))).join('\n')}\n${submit(language)}`,
};

const submit = (language: Language) => `<button>${LABELS[language].submit}</button>`;

const area = (name: string, label: string, value: string, more = '') =>
	`<label for="${name}">${escapeHtml(label)}</label><textarea id="${name}" name="${name}" rows="4" maxlength="${MAX_VALUE}" ${more}>${escapeHtml(value)}</textarea>`;

function input(field: FormField, name: string, language: Language, value: string): string {
	const { label, type, required, placeholder, options } = field;
	const labels = LABELS[language];
	const mark = required ? ` <span class="soft">(${labels.required})</span>` : '';
	const attributes = `id="${name}" name="${name}"${required ? ' required' : ''}`;
	if (type === 'checkbox') {
		const checked = value ? ' checked' : '';
		return `<label class="option"><input type="checkbox" ${attributes} value="1"${checked}>${escapeHtml(label)}${mark}</label>`;
	}
	const heading = `<label for="${name}">${escapeHtml(label)}${mark}</label>`;
	const hint = placeholder ? ` placeholder="${escapeHtml(placeholder)}"` : '';
	if (type === 'textarea')
		return `${heading}<textarea ${attributes} rows="4" maxlength="${MAX_VALUE}"${hint}>${escapeHtml(value)}</textarea>`;
	if (type === 'dropdown') {
		const entries = options.map(
			(option) => `<option${option === value ? ' selected' : ''}>${escapeHtml(option)}</option>`,
		);
		return `${heading}<select ${attributes}><option value="">${labels.choose}</option>${entries.join('')}</select>`;
	}
	const limits = { number: ' step="any"', date: '' }[type as string] ?? ` maxlength="${MAX_VALUE}"`;
	return `${heading}<input type="${type}" ${attributes}${limits}${hint} value="${escapeHtml(value)}">`;
}

/** What somebody has sent from the page; what is missing or makes no sense by its label. */
export function answerOfPage(
	question: Question,
	body: IDataObject,
): GivenAnswer | { missing: string[] } {
	const { type, choices, multiple, fields, buttons, title } = question;
	if (type === 'approval') {
		const { decision } = body;
		const declined = decision === 'decline' && buttons.disapprove !== undefined;
		if (decision !== 'approve' && !declined) return { missing: [title] };
		const reason = declined ? limited(body.reason, MAX_VALUE) : '';
		return { approved: !declined, ...(reason && { reason }) };
	}
	if (type === 'choice') {
		const sent = [body.choice ?? []].flat().map(String);
		const chosen = choices.filter((_, index) => sent.includes(String(index))).map(({ id }) => id);
		return chosen.length > 0 && (multiple || chosen.length === 1)
			? { chosen }
			: { missing: [title] };
	}
	if (type === 'freeText') {
		const text = limited(body.text, MAX_TEXT);
		return text ? { text } : { missing: [title] };
	}
	const read = fields.map((field, index) => ({ field, value: valueOf(field, body[`f${index}`]) }));
	const missing = read.filter(
		({ value, field }) => value === undefined || (field.required && !value && value !== 0),
	);
	if (missing.length > 0) return { missing: missing.map(({ field }) => field.label) };
	return {
		values: Object.fromEntries(read.map(({ field, value }) => [field.name, value])) as IDataObject,
	};
}

/** '' for an empty field, undefined for what the field does not take. */
function valueOf(
	{ type, options }: FormField,
	given: unknown,
): string | number | boolean | undefined {
	const text = limited(given, MAX_VALUE);
	if (type === 'checkbox') return text !== '';
	if (text === '') return '';
	if (type === 'number') return Number.isFinite(Number(text)) ? Number(text) : undefined;
	if (type === 'dropdown') return options.includes(text) ? text : undefined;
	if (type === 'date') return Number.isNaN(Date.parse(text)) ? undefined : text;
	return text;
}

/** A text from the page, without more than anybody reads. */
const limited = (value: unknown, most: number): string =>
	cut(typeof value === 'string' ? value.trim() : '', most);

const html = (language: Language, title: string, body: string): string =>
	htmlDocument(language, title, STYLE, body);
