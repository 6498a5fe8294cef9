-- What scripts that look at a reactor's marks share. It is put in where a script says `-- @places`.
--
-- A place is a position and the fingerprint of the entry that stood there: 16 hexadecimal digits of SHA-1 over the
-- entry and the time at which it was recorded, because the same entry may be recorded again in another history.
-- Fingerprints are a hash: 'm<position>' of saved marks, '<position>' of what is done or parked above the mark, and
-- 'back' for the last time that the mark was put back. They are written with the effects that they stand for.
local MARKS_MIN, MARKS_MAX = 16, 32

-- A position as the server writes it.
local function written(position)
  return string.format('%.0f', position)
end

-- The fingerprint of the entry at a position of a log, or nil.
local function fingerprint_at(log, position)
  local id = position .. '-0'
  local entry = redis.call('XRANGE', log, id, id)[1]
  return entry and string.sub(redis.sha1hex(entry[2][2] .. entry[2][4]), 1, 16)
end

-- The positions of the saved marks, the newest first.
local function saved_marks(prints)
  local marks = {}
  for _, field in ipairs(redis.call('HKEYS', prints)) do
    local position = string.match(field, '^m(%d+)$')
    if position then marks[#marks + 1] = tonumber(position) end
  end
  table.sort(marks, function(a, b) return a > b end)
  return marks
end

-- Whether a mark is one of this history. A release that knows no fingerprints moves the mark alone: that is believed
-- where an entry stands there, and where the newest mark below it, which it came from, stands as well.
local function stands(prints, mark, there)
  if mark == '0' then return true end
  local found, expected = there(mark), redis.call('HGET', prints, 'm' .. mark)
  if not found then return false end
  if expected then return found == expected end
  for _, position in ipairs(saved_marks(prints)) do
    if position < tonumber(mark) then
      return there(written(position)) == redis.call('HGET', prints, 'm' .. written(position))
    end
  end
  return true
end

-- Take out saved marks until MARKS_MIN are left: each time the one that is missed least, whose neighbours are closest
-- to each other for how far back they are. So the newest ones and the oldest one stay, and the gaps between grow.
-- Positions go that nothing is kept about: a release that knows no fingerprints forgets positions alone.
local function thin_out(prints, at)
  local marks = saved_marks(prints)
  while #marks > MARKS_MIN do
    local least, spare = math.huge, 2
    for i = 2, #marks - 1 do
      local missed = (marks[i - 1] - marks[i + 1]) / (marks[1] - marks[i + 1])
      if missed < least then least, spare = missed, i end
    end
    redis.call('HDEL', prints, 'm' .. written(table.remove(marks, spare)))
  end
  for _, field in ipairs(redis.call('HKEYS', prints)) do
    if string.find(field, '^%d') and redis.call('HEXISTS', at, field) == 0 then redis.call('HDEL', prints, field) end
  end
end
