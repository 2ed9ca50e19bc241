// Every way of being told no, in both languages.
import { ChatError } from "../client/index.ts";
import { REFUSALS } from "../functions/_shared/errors.gen.ts";
import type { Language } from "./words.ts";

type Sentence = Record<Language, string>;

const OURS: Readonly<Record<string, Sentence>> = REFUSALS;

/** What Supabase Auth says, by its codes, and what a device says by itself. */
const OTHERS: Readonly<Record<string, Sentence>> = {
  unreachable: {
    en: "The server cannot be reached. Check the connection and try again.",
    zh: "无法连接服务器，请检查网络后重试。",
  },
  upload_failed: {
    en: "The upload did not work. Try again.",
    zh: "上传失败，请重试。",
  },
  microphone_unavailable: {
    en: "The microphone cannot be used. Allow it in the browser's settings.",
    zh: "无法使用麦克风，请在浏览器设置中允许访问。",
  },
  invalid_credentials: {
    en: "The e-mail or the password is wrong.",
    zh: "邮箱或密码不正确。",
  },
  user_already_exists: {
    en: "There is an account with this e-mail already.",
    zh: "该邮箱已注册。",
  },
  email_exists: {
    en: "There is an account with this e-mail already.",
    zh: "该邮箱已注册。",
  },
  email_not_confirmed: {
    en: "Confirm your e-mail first: look into your inbox.",
    zh: "请先在邮箱中确认你的邮件地址。",
  },
  email_address_invalid: {
    en: "This is no e-mail address.",
    zh: "邮箱地址不正确。",
  },
  validation_failed: {
    en: "Check what you entered.",
    zh: "请检查填写的内容。",
  },
  weak_password: {
    en: "Choose a longer password: at least 6 characters.",
    zh: "密码太短，至少需要6个字符。",
  },
  same_password: {
    en: "This is your password already.",
    zh: "新密码与旧密码相同。",
  },
  anonymous_provider_disabled: {
    en: "Guests are not let in here.",
    zh: "此处不支持游客登录。",
  },
  signup_disabled: {
    en: "New accounts are not taken here.",
    zh: "此处不开放注册。",
  },
  over_request_rate_limit: {
    en: "Too many tries. Wait a little.",
    zh: "操作过于频繁，请稍后再试。",
  },
  over_email_send_rate_limit: {
    en: "Too many mails were sent. Wait a little.",
    zh: "邮件发送过于频繁，请稍后再试。",
  },
};

/** Whatever was thrown, as a sentence for people. */
export function refusalText(error: unknown, language: Language): string {
  const sentence = sentenceOf(codeOf(error));
  if (!sentence) return unknownText(codeOf(error), language);
  const wait = error instanceof ChatError ? error.retryAfter : undefined;
  return wait ? `${sentence[language]} ${waitText(wait, language)}` : sentence[language];
}

export function codeText(code: string, language: Language): string {
  return sentenceOf(code)?.[language] ?? unknownText(code, language);
}

function sentenceOf(code: string): Sentence | undefined {
  return OURS[code] ?? OTHERS[code];
}

function codeOf(error: unknown): string {
  const { code, name } = error as { code?: unknown; name?: unknown };
  if (typeof code === "string" && code) return code;
  // What fetch and supabase-js throw when no answer came.
  return /TypeError|Fetch|Abort|Timeout/.test(String(name))
    ? "unreachable"
    : String(name ?? "unknown");
}

function unknownText(code: string, language: Language): string {
  return language === "zh" ? `操作失败（${code}）。` : `This did not work (${code}).`;
}

function waitText(seconds: number, language: Language): string {
  const minutes = Math.ceil(seconds / 60);
  const hours = Math.ceil(seconds / 3600);
  if (language === "zh") {
    return minutes > 90 ? `请${hours}小时后再试。` : `请${minutes}分钟后再试。`;
  }
  return minutes > 90 ? `Wait ${hours} hours.` : `Wait ${minutes} min.`;
}
