#!lua
-- Append events to aggregates of one slot, all or nothing, and say so again when asked again.
--
-- KEYS   log, then as the arguments name them: fence, at, its fingerprints, and per stream its head and, where it
--        begins and has an owner, the owner's index.
-- ARGV   touch, fence epoch or '', reactor position or '', its fingerprint, reactor mark or '', its fingerprint,
--        parking reason or '', whose entries those are: this log's ('own'), another slot's ('other') or of no slot
--        ('': there are no fingerprints),
--        then per stream: expected version or '' for none, expected hash, first version, new hash,
--        number of events, member for the owner's index or '', the events' bytes.
-- Reply  {'OK' | 'AGAIN', first position, number of events, recorded ms}, {'DEALT'}, {'FENCED', epoch},
--        {'FULL', held positions}, {'CHANGED', position, expected fingerprint, found one or ''} or
--        {'CONFLICT', version, hash, version, hash, …} with '' for an absent one.
--
-- Nothing is written before every check has passed: a script that fails half-way is not rolled back.
-- A stream may come more than once, so that the log keeps an order across aggregates: its later part is expected
-- where the earlier one ends.
-- @places
local HEADER, POSITION, HELD_MAX = 40, 6, 1024
local log = KEYS[1]
-- The wake-up channel is no key: while a slot moves, a cluster asks to try again where one of the keys is missing.
local wake = string.sub(log, 1, -4) .. 'wake'
local touch, epoch, position, mark, reason, whose = ARGV[1], ARGV[2], ARGV[3], ARGV[5], ARGV[7], ARGV[8]
local position_print, mark_print = ARGV[4], ARGV[6]
local key, fence, at, prints = 1, nil, nil, nil
if epoch ~= '' then key = key + 1; fence = KEYS[key] end
if position ~= '' or mark ~= '' then key = key + 1; at = KEYS[key] end
if at and whose ~= '' then key = key + 1; prints = KEYS[key] end
-- A key of another type would fail half-way: reading it here fails before anything is written.
if prints then redis.call('HLEN', prints) end

-- A stale lease is refused.
if fence then
  local newest = redis.call('GET', fence)
  if newest and tonumber(epoch) < tonumber(newest) then return {'FENCED', newest} end
end

-- A position is nothing without its entry: what the reactor read, and what is remembered of it where that decides, must
-- be of this history. Another slot's log cannot be seen from here: what is remembered of its entries is compared.
local function there(where)
  if whose == 'own' then return fingerprint_at(log, where) end
  return redis.call('HGET', prints, where) or redis.call('HGET', prints, 'm' .. where)
end
local function changed(where, expected)
  local found = there(where)
  if found == expected or (not found and whose == 'other') then return nil end
  return {'CHANGED', where, expected, found or ''}
end

-- A position that the reactor has dealt with is not dealt with again; a parked one may be.
local old_mark, new_mark, is_held, pruned = 0, 0, false, {}
if at then
  local remembered = redis.call('HGET', at, 'mark') or '0'
  local held = position ~= '' and redis.call('HGET', at, position)
  old_mark, is_held = tonumber(remembered), held and true
  new_mark = math.max(old_mark, tonumber(mark) or 0)
  local is_below = position ~= '' and tonumber(position) <= old_mark
  if prints then
    local refused = position ~= '' and changed(position, position_print)
    if not refused and mark ~= '' and mark ~= '0' and mark ~= position then refused = changed(mark, mark_print) end
    if refused then return refused end
    local noted = held and redis.call('HGET', prints, position)
    if noted and noted ~= position_print then return {'CHANGED', position, noted, position_print} end
    -- A mark that another takes the place of decides nothing.
    if whose == 'own' and (is_below or new_mark == old_mark) and not stands(prints, remembered, there) then
      return {'CHANGED', remembered, redis.call('HGET', prints, 'm' .. remembered) or '', there(remembered) or ''}
    end
  end
  if held == '' or (is_below and not held) then
    if touch == '1' then redis.call('HSET', at, 'mark', string.format('%.0f', old_mark)) end
    return {'DEALT'}
  end
  local count = redis.call('HLEN', at) - redis.call('HEXISTS', at, 'mark')
  if new_mark > old_mark and count > 0 then
    local held = redis.call('HGETALL', at)
    for i = 1, #held, 2 do
      if held[i + 1] == '' and held[i] ~= 'mark' and tonumber(held[i]) <= new_mark then pruned[#pruned + 1] = held[i] end
    end
  end
  count = count - #pruned
  local stays = position ~= '' and (reason ~= '' or tonumber(position) > new_mark)
  if stays and not is_held and count >= HELD_MAX then return {'FULL', count} end
end

-- Versions and hashes.
local streams, events_total, same, arg, after = {}, 0, true, 8, {}
while arg < #ARGV do
  key = key + 1
  local s = {head = KEYS[key], expected = ARGV[arg + 1], hash = ARGV[arg + 2], first = tonumber(ARGV[arg + 3]),
    new_hash = ARGV[arg + 4], count = tonumber(ARGV[arg + 5]), member = ARGV[arg + 6], from = arg + 7}
  if s.member ~= '' then key = key + 1; s.own = KEYS[key] end
  -- A key of another type would fail half-way: reading it here fails before anything is written.
  if s.own then redis.call('SCARD', s.own) end
  arg = arg + 6 + s.count
  events_total = events_total + s.count
  local header = after[s.head] or redis.call('GETRANGE', s.head, 0, HEADER - 1)
  s.header = header
  if #header == 0 then
    if s.expected ~= '' then same = false end
  else
    s.version, s.first_hot = struct.unpack('>I4I4', header)
    if not after[s.head] and redis.call('STRLEN', s.head) ~= HEADER + (s.version - s.first_hot + 1) * POSITION then
      return redis.error_reply('ERR ' .. s.head .. ' is not the head of an aggregate')
    end
    s.now_hash = string.sub(header, 9, HEADER)
    if s.expected == '' or tonumber(s.expected) ~= s.version or s.hash ~= s.now_hash then same = false end
  end
  if same and s.count > 0 then
    after[s.head] = struct.pack('>I4I4', s.first + s.count - 1, s.first_hot or s.first) .. s.new_hash
  end
  streams[#streams + 1] = s
end

-- What stands there may be these very events, byte for byte: then this append was done before.
local function standing()
  local first, recorded = nil, nil
  for _, s in ipairs(streams) do
    if s.count > 0 then
      if not s.version or s.first < s.first_hot or s.version < s.first + s.count - 1 then return nil end
      for i = 0, s.count - 1 do
        local at_byte = HEADER + (s.first + i - s.first_hot) * POSITION
        local packed = redis.call('GETRANGE', s.head, at_byte, at_byte + POSITION - 1)
        local high, low = struct.unpack('>I2I4', packed)
        local where = high * 4294967296 + low
        local id = string.format('%.0f-0', where)
        local entry = redis.call('XRANGE', log, id, id)[1]
        if not entry or entry[2][2] ~= ARGV[s.from + i] then return nil end
        if not first or where < first then first = where end
        recorded = entry[2][4]
      end
    end
  end
  return first, recorded
end

-- Copies are counted from this connection's last write: what only found its answer writes too, where it must.
local function rewrite()
  for _, s in ipairs(streams) do
    if #s.header > 0 then
      redis.call('SETRANGE', s.head, 0, s.header)
      return
    end
  end
end

if not same then
  if events_total > 0 then
    local first, recorded = standing()
    if first then
      if touch == '1' then rewrite() end
      return {'AGAIN', string.format('%.0f', first), events_total, recorded}
    end
  end
  local reply = {'CONFLICT'}
  for _, s in ipairs(streams) do
    reply[#reply + 1] = s.version and string.format('%.0f', s.version) or ''
    reply[#reply + 1] = s.now_hash or ''
  end
  return reply
end

-- Everything is checked: from here on it only writes.
local first, now = 0, '0'
if events_total > 0 then
  local last = redis.call('XREVRANGE', log, '+', '-', 'COUNT', 1)[1]
  local time = redis.call('TIME')
  local ms = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
  if last then
    first = tonumber(string.sub(last[1], 1, -3))
    ms = math.max(ms, tonumber(last[2][4]))
  end
  now = string.format('%.0f', ms)
  local next_position = first
  first = first + 1
  for _, s in ipairs(streams) do
    if s.count > 0 then
      local packed = {}
      for i = 0, s.count - 1 do
        next_position = next_position + 1
        redis.call('XADD', log, string.format('%.0f-0', next_position), 'e', ARGV[s.from + i], 't', now)
        packed[i + 1] = struct.pack('>I2I4', math.floor(next_position / 4294967296), next_position % 4294967296)
      end
      local first_hot = s.first_hot or s.first
      redis.call('SETRANGE', s.head, 0, struct.pack('>I4I4', s.first + s.count - 1, first_hot) .. s.new_hash)
      redis.call('APPEND', s.head, table.concat(packed))
      if s.own then redis.call('SADD', s.own, s.member) end
    end
  end
  -- A hint: where the server forbids publishing, readers poll.
  redis.pcall('SPUBLISH', wake, string.format('%.0f', next_position))
elseif touch == '1' then
  rewrite()
end
if fence then redis.call('SET', fence, epoch) end
if at then
  local function forget(done)
    redis.call('HDEL', at, done)
    if prints then redis.call('HDEL', prints, done) end
  end
  if position ~= '' then
    if reason ~= '' or tonumber(position) > new_mark then
      redis.call('HSET', at, position, reason)
      if prints then redis.call('HSET', prints, position, position_print) end
    elseif is_held then
      forget(position)
    end
  end
  if new_mark > old_mark then
    redis.call('HSET', at, 'mark', mark)
    if prints then redis.call('HSET', prints, 'm' .. mark, mark_print) end
  end
  for _, done in ipairs(pruned) do forget(done) end
  if prints and new_mark > old_mark and redis.call('HLEN', prints) > redis.call('HLEN', at) + MARKS_MAX then
    thin_out(prints, at)
  end
end
return {'OK', string.format('%.0f', first), events_total, now}
