#!lua flags=no-writes
-- Read events of one aggregate between two versions, for the eventsourcing library.
--
-- KEYS   log, head.
-- ARGV   first version wanted or '', last version wanted or '', most events, 'first' or 'last' (which end to
--        begin at where there are more).
-- Reply  {} when absent, else {version, first hot version, hash, entries in order}; 'ARCHIVED' in place of the
--        entries when older events would be needed.
local HEADER, POSITION = 40, 6
local log, head = KEYS[1], KEYS[2]
local header = redis.call('GETRANGE', head, 0, HEADER - 1)
if #header == 0 then return {} end
local version, first_hot = struct.unpack('>I4I4', header)
local from, to, most = tonumber(ARGV[1]) or 0, tonumber(ARGV[2]) or version, tonumber(ARGV[3])
to = math.min(to, version)
-- Nothing has been archived of an aggregate whose first hot version is a first version.
if first_hot <= 1 then from = math.max(from, first_hot) end
if ARGV[4] == 'last' then from = math.max(from, to - most + 1) else to = math.min(to, from + most - 1) end
local entries = {}
if from <= to and from < first_hot then
  entries = 'ARCHIVED'
elseif from <= to then
  local at_byte = HEADER + (from - first_hot) * POSITION
  local packed = redis.call('GETRANGE', head, at_byte, at_byte + (to - from + 1) * POSITION - 1)
  local function read(start, stop)
    local range = redis.call('XRANGE', log, string.format('%.0f-0', start), string.format('%.0f-0', stop))
    for _, entry in ipairs(range) do entries[#entries + 1] = entry end
  end
  -- Runs of neighbouring positions are read with one XRANGE each.
  local start, stop = nil, nil
  for i = 1, #packed, POSITION do
    local high, low = struct.unpack('>I2I4', packed, i)
    local where = high * 4294967296 + low
    if stop and where == stop + 1 then
      stop = where
    else
      if start then read(start, stop) end
      start, stop = where, where
    end
  end
  if start then read(start, stop) end
end
return {version, first_hot, string.sub(header, 9), entries}
