// Generated from sql/kernel/errors.sql by `npm run generate`.

/** Every refusal: its HTTP status and its sentence in two languages. */
export const REFUSALS = {
  not_signed_in: { status: 401, en: "Sign in first.", zh: "请先登录。" },
  account_disabled: { status: 403, en: "This account has been disabled.", zh: "该账号已被停用。" },
  guests_cannot: {
    status: 403,
    en: "Guests cannot do this. Make the account permanent first.",
    zh: "游客无此权限，请先注册为正式用户。",
  },
  friends_only: {
    status: 403,
    en: "Only friends may write to each other here.",
    zh: "仅好友之间可以发消息。",
  },
  profile_not_found: {
    status: 404,
    en: "There is no such person, or you cannot reach them.",
    zh: "用户不存在或无法联系。",
  },
  friend_request_not_found: {
    status: 404,
    en: "There is no such open friend request.",
    zh: "好友申请不存在或已处理。",
  },
  friend_not_found: { status: 404, en: "You are not friends.", zh: "你们还不是好友。" },
  conversation_not_found: {
    status: 404,
    en: "There is no such conversation, or you are not in it.",
    zh: "会话不存在或你不在其中。",
  },
  group_request_not_found: {
    status: 404,
    en: "There is no such open invitation or request.",
    zh: "邀请或申请不存在或已处理。",
  },
  member_not_found: {
    status: 404,
    en: "This person is not in the group.",
    zh: "该用户不在群聊中。",
  },
  message_not_found: {
    status: 404,
    en: "There is no such message, or you cannot see it.",
    zh: "消息不存在或你无权查看。",
  },
  group_not_found: { status: 404, en: "There is no group with this code.", zh: "群聊不存在。" },
  media_not_found: {
    status: 404,
    en: "There is no such file, or you cannot see it.",
    zh: "文件不存在或你无权查看。",
  },
  not_your_message: {
    status: 403,
    en: "Only its sender, or somebody above them in the group, can do this.",
    zh: "只有发送者或更高权限的群成员才能操作。",
  },
  role_too_low: {
    status: 403,
    en: "Your role in the group does not allow this.",
    zh: "你在群里的权限不足。",
  },
  you_are_muted: { status: 403, en: "You have been muted in this group.", zh: "你已被禁言。" },
  group_is_muted: {
    status: 403,
    en: "Only the owner and admins can speak in this group now.",
    zh: "本群已开启全员禁言。",
  },
  group_is_closed: {
    status: 403,
    en: "This group takes nobody in this way.",
    zh: "本群不允许以此方式加入。",
  },
  group_name_invalid: {
    status: 400,
    en: "A group name is 1 to 50 characters without control characters.",
    zh: "群名称须为1至50个字符，且不含控制字符。",
  },
  announcement_invalid: {
    status: 400,
    en: "An announcement has at most 1000 characters.",
    zh: "群公告不能超过1000个字符。",
  },
  join_mode_invalid: {
    status: 400,
    en: "The join mode is open, approval or closed.",
    zh: "加入方式只能是 open、approval 或 closed。",
  },
  role_invalid: {
    status: 400,
    en: "The role is admin or member.",
    zh: "角色只能是 admin 或 member。",
  },
  minutes_invalid: {
    status: 400,
    en: "The number of minutes is out of range.",
    zh: "分钟数超出范围。",
  },
  people_invalid: {
    status: 400,
    en: "Name between 1 and 100 different people.",
    zh: "须指定1至100个不同的用户。",
  },
  mentions_invalid: {
    status: 400,
    en:
      "Only people in the group can be mentioned, at most 50; everybody, only by owner and admins.",
    zh: "只能提及群成员且不超过50人；仅群主和管理员可提及所有人。",
  },
  forward_invalid: {
    status: 400,
    en:
      "Forward between 1 and 100 different messages to between 1 and 20 different conversations, mode each or merged.",
    zh: "须转发1至100条不同消息到1至20个不同会话，方式为 each 或 merged。",
  },
  request_invalid: { status: 400, en: "The request is not well formed.", zh: "请求格式不正确。" },
  username_invalid: {
    status: 400,
    en:
      "A username is 3 to 30 characters: letters, digits, dot, dash, underscore; it starts with a letter or digit.",
    zh: "用户名须为3至30个字符，仅限字母、数字、点、短横线和下划线，且以字母或数字开头。",
  },
  nickname_invalid: {
    status: 400,
    en: "A nickname is 1 to 30 characters without control characters.",
    zh: "昵称须为1至30个字符，且不含控制字符。",
  },
  avatar_url_invalid: {
    status: 400,
    en: "An avatar is an http or https address of at most 1000 characters.",
    zh: "头像须为不超过1000个字符的http或https地址。",
  },
  note_invalid: {
    status: 400,
    en: "A note has at most 50 characters without control characters.",
    zh: "申请说明不能超过50个字符，且不含控制字符。",
  },
  remark_invalid: {
    status: 400,
    en: "A remark has at most 30 characters without control characters.",
    zh: "备注不能超过30个字符，且不含控制字符。",
  },
  answer_invalid: {
    status: 400,
    en: "The answer is accept, refuse or, for friend requests, ignore.",
    zh: "处理结果只能是 accept、refuse，好友申请还可以是 ignore。",
  },
  direction_invalid: {
    status: 400,
    en: "The direction is received or sent.",
    zh: "方向只能是 received 或 sent。",
  },
  cannot_be_yourself: {
    status: 400,
    en: "This needs another person than yourself.",
    zh: "不能对自己进行此操作。",
  },
  page_size_invalid: {
    status: 400,
    en: "The page size is out of range.",
    zh: "每页数量超出范围。",
  },
  seq_invalid: {
    status: 400,
    en: "A position is a number from 0 on.",
    zh: "消息位置须为不小于0的数字。",
  },
  cursor_invalid: {
    status: 400,
    en: "This is not a cursor that the server gave out.",
    zh: "游标无效。",
  },
  kind_invalid: { status: 400, en: "There is no such kind of message.", zh: "消息类型不存在。" },
  body_invalid: {
    status: 400,
    en: "The body does not fit the kind of message.",
    zh: "消息内容与消息类型不符。",
  },
  text_empty: { status: 400, en: "A text message needs a text.", zh: "消息内容不能为空。" },
  message_id_invalid: {
    status: 400,
    en: "A message id is a version 7 UUID made now or within the last 30 days.",
    zh: "消息ID须为最近30天内生成的第7版UUID。",
  },
  media_wrong_kind: {
    status: 400,
    en: "The file is not of the kind that is needed here.",
    zh: "文件类型与所需类型不符。",
  },
  path_invalid: {
    status: 400,
    en:
      "Files go to <your id>/<directories>/<yyyymmdd>/<milliseconds>_<12 hex digits>.<extension>, to a path that is free.",
    zh: "文件须上传到：用户ID/目录/年月日/毫秒_12位十六进制.扩展名，且路径未被占用。",
  },
  directory_invalid: {
    status: 400,
    en: "A directory is up to 4 names of letters, digits, dash and underscore, at most 64 each.",
    zh: "目录最多4级，每级最多64个字母、数字、短横线或下划线。",
  },
  file_name_invalid: {
    status: 400,
    en: "A file name is 1 to 255 characters without control characters or slashes.",
    zh: "文件名须为1至255个字符，且不含控制字符和斜杠。",
  },
  facts_invalid: {
    status: 400,
    en: "Class, duration, waveform or sides of the file are out of range.",
    zh: "文件的分类、时长、波形或尺寸超出范围。",
  },
  setting_invalid: {
    status: 400,
    en: "There is no such setting, or the value is not allowed.",
    zh: "设置项不存在或取值不被允许。",
  },
  username_taken: { status: 409, en: "This username is taken.", zh: "该用户名已被占用。" },
  username_already_set: {
    status: 409,
    en: "A username cannot be changed once it is set.",
    zh: "账号不可修改。",
  },
  already_friends: { status: 409, en: "You are friends already.", zh: "你们已经是好友了。" },
  friend_request_pending: {
    status: 409,
    en: "Your request is waiting for an answer.",
    zh: "您已经申请过了，请等待对方处理。",
  },
  person_is_blocked: {
    status: 409,
    en: "You have blocked this person. Unblock them first.",
    zh: "你已将对方拉黑，请先解除。",
  },
  message_id_conflict: {
    status: 409,
    en: "Another message was sent with this id.",
    zh: "该消息ID已被另一条消息使用。",
  },
  revoke_window_over: {
    status: 409,
    en: "This message is too old to be revoked.",
    zh: "消息超过可撤回时间，不能撤回。",
  },
  message_is_revoked: { status: 409, en: "This message has been revoked.", zh: "该消息已被撤回。" },
  owner_cannot_leave: {
    status: 409,
    en: "The owner has to transfer or dissolve the group first.",
    zh: "群主须先转让或解散群聊。",
  },
  group_is_full: { status: 409, en: "The group has no room for more people.", zh: "群成员已满。" },
  groups_owned_limit: {
    status: 409,
    en: "You own as many groups as you may.",
    zh: "你拥有的群聊数量已达上限。",
  },
  group_dissolved: { status: 409, en: "This group has been dissolved.", zh: "该群已解散。" },
  method_not_allowed: {
    status: 405,
    en: "This function does not answer this method.",
    zh: "不支持该请求方法。",
  },
  media_unchecked: {
    status: 409,
    en: "The file has not been looked at yet: call the function chat-media first.",
    zh: "文件尚未检查，请先调用 chat-media。",
  },
  media_in_use: {
    status: 409,
    en: "Messages use this file. Revoke them first.",
    zh: "文件正被消息使用，请先撤回相关消息。",
  },
  request_too_large: { status: 413, en: "The request is too large.", zh: "请求过大。" },
  file_too_large: { status: 413, en: "The file is too large.", zh: "文件过大。" },
  image_too_large: { status: 413, en: "The picture has too many pixels.", zh: "图片像素过大。" },
  mime_type_invalid: {
    status: 415,
    en: "Files of this type cannot be uploaded here.",
    zh: "不支持上传此类型的文件。",
  },
  file_disguised: {
    status: 415,
    en: "The file is not what its type says. It has been removed.",
    zh: "文件内容与类型不符，已被删除。",
  },
  file_unreadable: {
    status: 422,
    en: "The file is damaged or of a kind that cannot be read. It has been removed.",
    zh: "文件已损坏或无法读取，已被删除。",
  },
  video_unreadable: {
    status: 422,
    en: "This is no video, or it is damaged.",
    zh: "不是视频或视频已损坏。",
  },
  video_has_no_picture: { status: 422, en: "The film has no picture.", zh: "视频没有画面。" },
  video_codec_unsupported: {
    status: 422,
    en: "The codec of the film is not supported here. Make the cover in the app.",
    zh: "不支持该视频编码，请在客户端生成封面。",
  },
  video_time_beyond_end: {
    status: 422,
    en: "The film is shorter than that.",
    zh: "时间超出视频时长。",
  },
  video_too_large: {
    status: 422,
    en: "The film takes too much to read.",
    zh: "视频过大，无法处理。",
  },
  video_too_slow: {
    status: 422,
    en: "The film takes too long to read. Mode fast may do.",
    zh: "视频处理超时，可尝试 fast 模式。",
  },
  video_host_not_allowed: {
    status: 403,
    en: "Films are not read from this address.",
    zh: "不允许读取该地址的视频。",
  },
  video_unreachable: { status: 502, en: "The film could not be fetched.", zh: "无法获取视频。" },
  text_too_long: { status: 413, en: "The text is too long.", zh: "文字过长。" },
  body_too_large: { status: 413, en: "The body is too large.", zh: "消息内容过大。" },
  friend_request_too_soon: {
    status: 429,
    en: "It is too soon to ask this person again.",
    zh: "申请过于频繁，请稍后再试。",
  },
  upload_quota_over: {
    status: 429,
    en: "You have uploaded enough for today.",
    zh: "今日上传量已达上限。",
  },
  internal: { status: 500, en: "Something went wrong on our side.", zh: "服务器内部错误。" },
  busy: {
    status: 503,
    en: "This cannot be done at this moment. Try again.",
    zh: "暂时无法完成，请稍后重试。",
  },
} as const;

export type ErrorCode = keyof typeof REFUSALS;
