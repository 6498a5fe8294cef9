#!lua
-- Say where a reactor goes on in a slot. What it remembers of another history is forgotten first, and its mark put
-- back to the newest kept one that still stands, else to 0.
--
-- KEYS   log, at, fingerprints.
-- ARGV   how far it had come in a history that is gone or '', 'own', or 'other' where the positions are another
--        slot's: then pairs of a position and the fingerprint of what stands there now, '' for nothing.
-- Reply  {mark, its fingerprint, mark before it was put back or '', number of positions forgotten,
--        then per position that is done or parked: position, reason, fingerprint}, or {'TELL'} where a position was
--        not told.
--
-- A parked position below the mark stays, because nothing else would come back to it.
-- @places
local log, at, prints = KEYS[1], KEYS[2], KEYS[3]
local told, untold = {}, false
for i = 3, #ARGV, 2 do told[ARGV[i]] = ARGV[i + 1] end
local function there(position)
  if ARGV[2] == 'own' then return fingerprint_at(log, position) end
  if not told[position] then untold = true end
  return told[position] ~= '' and told[position] or nil
end

local mark, marks = redis.call('HGET', at, 'mark') or '0', saved_marks(prints)
local now = mark
if not stands(prints, mark, there) then
  now = '0'
  for _, saved in ipairs(marks) do
    local position = written(saved)
    if now == '0' and saved <= tonumber(mark) and there(position) == redis.call('HGET', prints, 'm' .. position) then
      now = position
    end
  end
end

-- Marks that are older than one that stands do so as well.
local fingerprint, stays = now ~= '0' and there(now) or '', {back = true}
for _, position in ipairs(marks) do
  if position <= tonumber(now) then stays['m' .. written(position)] = true end
end

local was = now ~= mark and mark or ''
if ARGV[1] ~= '' and tonumber(ARGV[1]) > tonumber(now) then was = ARGV[1] end
local reply = {now, fingerprint, was, 0}
local forgotten, added = {}, {}
local held = redis.call('HGETALL', at)
for i = 1, #held, 2 do
  local position, reason = held[i], held[i + 1]
  if position ~= 'mark' then
    local found, expected = there(position), redis.call('HGET', prints, position)
    local is_kept = found and (not expected or expected == found)
    if now ~= mark and (reason == '' or tonumber(position) > tonumber(now)) then is_kept = false end
    if is_kept then
      stays[position] = true
      if not expected then added[#added + 1] = position; added[#added + 1] = found end
      for _, each in ipairs({position, reason, found}) do reply[#reply + 1] = each end
    else
      forgotten[#forgotten + 1] = position
    end
  end
end
if untold then return {'TELL'} end
reply[4] = #forgotten

-- Everything is decided: from here on it only writes.
if now ~= mark then redis.call('HSET', at, 'mark', now) end
if was ~= '' then
  local time = redis.call('TIME')
  local ms = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
  redis.call('HSET', prints, 'back', was .. ' ' .. now .. ' ' .. string.format('%.0f', ms))
end
for _, position in ipairs(forgotten) do redis.call('HDEL', at, position) end
for i = 1, #added, 2 do redis.call('HSET', prints, added[i], added[i + 1]) end
for _, field in ipairs(redis.call('HKEYS', prints)) do
  if not stays[field] then redis.call('HDEL', prints, field) end
end
if now ~= '0' and not stays['m' .. now] then redis.call('HSET', prints, 'm' .. now, fingerprint) end
return reply
