#!lua flags=no-writes
-- Read what is needed to fold aggregates of one slot.
--
-- KEYS   log, then per aggregate its head and its snapshot.
-- ARGV   most events per aggregate, then per aggregate: version already known or '', fingerprint of the state's
--        schema or '' (a snapshot is sent only if it has this fingerprint and is newer than what is known).
-- Reply  per aggregate: {} when absent, else {version, first hot version, hash, snapshot or '', entries}.
local HEADER, POSITION = 40, 6
local log, most = KEYS[1], tonumber(ARGV[1])
local reply = {}
for n = 1, (#KEYS - 1) / 2 do
  local head = redis.call('GETRANGE', KEYS[n * 2], 0, HEADER - 1)
  if #head == 0 then
    reply[n] = {}
  else
    local version, first_hot = struct.unpack('>I4I4', head)
    local known, fingerprint = tonumber(ARGV[n * 2]), ARGV[n * 2 + 1]
    local from = known and known + 1 or first_hot
    local snapshot = ''
    if fingerprint ~= '' then
      local start = redis.call('GETRANGE', KEYS[n * 2 + 1], 0, 11)
      if #start == 12 and string.sub(start, 5) == fingerprint then
        local at = struct.unpack('>I4', start)
        if at >= from and at <= version then
          snapshot = redis.call('GET', KEYS[n * 2 + 1])
          from = at + 1
        end
      end
    end
    local entries = {}
    if from < first_hot then
      entries = 'ARCHIVED'
    elseif from <= version then
      local last = math.min(version, from + most - 1)
      local at_byte = HEADER + (from - first_hot) * POSITION
      local packed = redis.call('GETRANGE', KEYS[n * 2], at_byte, at_byte + (last - from + 1) * POSITION - 1)
      -- Runs of neighbouring positions are read with one XRANGE each.
      local start, stop = nil, nil
      for i = 1, #packed, POSITION do
        local high, low = struct.unpack('>I2I4', packed, i)
        local where = high * 4294967296 + low
        if stop and where == stop + 1 then
          stop = where
        else
          if start then
            for _, e in ipairs(redis.call('XRANGE', log, string.format('%.0f-0', start), string.format('%.0f-0', stop))) do
              entries[#entries + 1] = e
            end
          end
          start, stop = where, where
        end
      end
      if start then
        for _, e in ipairs(redis.call('XRANGE', log, string.format('%.0f-0', start), string.format('%.0f-0', stop))) do
          entries[#entries + 1] = e
        end
      end
    end
    reply[n] = {version, first_hot, string.sub(head, 9), snapshot, entries}
  end
end
return reply
