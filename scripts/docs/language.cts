/** The generated tables come in both languages from the same rows: what a row says in Chinese. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import chinese from '../../nodes/Wecom/resources/api/catalog/chinese.json';

export type Language = 'en' | 'zh';

/** Words of the tables that no form of a node shows. */
const WORDS: Record<string, string> = {
	// Whose token an endpoint needs.
	app: '应用',
	'third-party app': '第三方应用',
	'service provider': '服务商',
	'device model': '设备型号',
	device: '设备',
	'webhook key': 'Webhook 密钥',
	none: '不需要',
	// The table of tested releases.
	'on Node.js': '所用 Node.js',
	'Callbacks: verified, confirmed, once': '回调：验签、确认、只启动一次',
	'Nothing lost, nothing twice': '不丢失、不重复',
	'Replies to callbacks': '被动回复',
	'Customer service and files': '微信客服与素材',
	'Tokens, credential test, lists': 'token、凭证测试、列表',
	'Credentials stay as entered': '凭证保持填写时的样子',
	'Service providers': '服务商',
	Logins: '登录',
	'API > Call, agent tool': 'API > Call、AI Agent 工具',
	'AI bots': '智能机器人',
	'Answers of AI agents word by word': 'AI Agent 的回答逐字显示',
	'Questions to people': '向人提问并等待回答',
	'Chat archive': '会话内容存档',
	'Message push': '群消息推送',
	Customers: '客户联系',
	'Example workflows': '示例工作流',
	'n8n knows no human review for agents (the tool variant of WeCom Send and Wait).':
		'n8n 没有 AI Agent 的人工审批（WeCom Send and Wait 的工具形式）。',
	'What stops a trigger that keeps running (another program has taken the long connection of an AI bot, a key of the chat archive is missing) is reported in the log of n8n only, not as a failed execution.':
		'持续运行的触发器因故停下时（智能机器人的长连接被其他程序占用、缺少会话存档的私钥），只写入 n8n 日志，不会产生失败的执行记录。',
	'n8n answers a callback before it has stored the execution. If the database refuses it, or n8n ends in between, WeCom does not come back and the callback is lost.':
		'n8n 在存下执行记录之前就应答回调。如果数据库拒绝写入，或 n8n 恰好在这期间停止，企业微信不会再推送，这条回调就丢了。',
};

/** The categories of the server API. */
const CATEGORIES: Record<string, string> = chinese.categories;

const LOCALE_FILE = join(__dirname, '../../locales/zh-CN.json');
let locale: Map<string, string> | undefined;

/** The texts of the Chinese edition of the nodes, by their English ones. */
function localeTexts(): Map<string, string> {
	const texts = new Map<string, string>();
	const collect = (value: unknown): void => {
		if (typeof value !== 'object' || value === null) return;
		for (const [key, inner] of Object.entries(value)) {
			if (typeof inner === 'string') texts.set(key, inner);
			else collect(inner);
		}
	};
	if (existsSync(LOCALE_FILE)) collect(JSON.parse(readFileSync(LOCALE_FILE, 'utf8')));
	return texts;
}

/** A text of a table in a language; English where there is no Chinese yet. */
export function say(language: Language, english: string): string {
	return (language === 'zh' && inChinese(english)) || english;
}

function inChinese(english: string): string | undefined {
	locale ??= localeTexts();
	return WORDS[english] || locale.get(english) || putTogether(english, locale);
}

/** What the code puts together from a template such as `Create {0}` and a word, both of which have Chinese words. */
function putTogether(english: string, texts: Map<string, string>): string | undefined {
	for (const [template, said] of texts) {
		const [before, after, ...more] = template.split('{0}');
		if (after === undefined || more.length > 0 || before + after === '') continue;
		if (!english.startsWith(before) || !english.endsWith(after)) continue;
		const word = english.slice(before.length, english.length - after.length);
		const chinese = word && texts.get(word);
		if (chinese) return said.replace('{0}', chinese);
	}
	return undefined;
}

/** A name: in Chinese with the English one behind it, which the English edition of the nodes shows. */
export function sayName(language: Language, english: string): string {
	return withEnglish(say(language, english), english);
}

/** The name of a category of the server API, as `API > Call` shows it; some differ from the resource of the same name. */
export function sayCategory(language: Language, english: string): string {
	return language === 'zh'
		? withEnglish(CATEGORIES[english] ?? say(language, english), english)
		: english;
}

/** What is said in Chinese, with the English words behind it where they differ. */
export function withEnglish(said: string, english: string): string {
	return said === english ? english : `${said}（${english}）`;
}
