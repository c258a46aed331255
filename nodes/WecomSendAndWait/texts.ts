import type { CardTexts, Language, Question } from './question';

/** Everything the cards say by themselves. A form may replace the texts of the end states. */

interface Words {
	approve: string;
	disapprove: string;
	withReason: string;
	respond: string;
	submit: string;
	showAll: string;
	result: string;
	reminder: string;
	/** Words for a button that cannot be pressed any more, of which WeCom shows about ten characters. */
	done: Record<keyof CardTexts, string>;
	texts: CardTexts;
}

export const WORDS: Record<Language, Words> = {
	en: {
		approve: 'Approve',
		disapprove: 'Decline',
		withReason: 'Give a reason',
		respond: 'Respond',
		submit: 'Submit',
		showAll: 'Show all',
		result: 'Result',
		reminder: 'Reminder: please answer',
		done: {
			approved: 'Approved',
			disapproved: 'Declined',
			answered: 'Answered',
			counted: 'Noted',
			expired: 'Expired',
			notAllowed: 'Not for you',
		},
		texts: {
			approved: 'Approved by {person}, {time}',
			disapproved: 'Declined by {person}, {time}',
			answered: 'Answered by {person}, {time}',
			counted: 'Your answer counts. Waiting for others.',
			expired: 'Nobody answered in time, {time}',
			notAllowed: 'Others have to decide this.',
		},
	},
	zh: {
		approve: '同意',
		disapprove: '拒绝',
		withReason: '填写理由',
		respond: '去填写',
		submit: '提交',
		showAll: '查看全文',
		result: '结果',
		reminder: '提醒：请处理',
		done: {
			approved: '已同意',
			disapproved: '已拒绝',
			answered: '已回复',
			counted: '已提交',
			expired: '已过期',
			notAllowed: '无权处理',
		},
		texts: {
			approved: '{person} 已同意，{time}',
			disapproved: '{person} 已拒绝，{time}',
			answered: '{person} 已回复，{time}',
			counted: '已收到您的答复，等待其他人处理',
			expired: '超时未处理，{time}',
			notAllowed: '需由其他人处理',
		},
	},
};

/** A text of an end state, with who and when. */
export function endText(
	{ texts, timezone }: Pick<Question, 'texts' | 'timezone'>,
	state: keyof CardTexts,
	person: string,
	at: number,
): string {
	return texts[state].replaceAll('{person}', person).replaceAll('{time}', timeText(at, timezone));
}

/** Date and time as people in the workflow's time zone read it. */
function timeText(at: number, timezone: string): string {
	const format = new Intl.DateTimeFormat('sv-SE', {
		dateStyle: 'short',
		timeStyle: 'short',
		timeZone: timezone,
	});
	return format.format(at);
}
