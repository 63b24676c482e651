namespace ServerlessInference.Imaging.Formats.Jpeg;

/// <summary>Reads the marker segments of ITU-T T.81, annex B, and those of JFIF, Adobe and EXIF.</summary>
/// <remarks>Accepts and rejects the same files as libjpeg-turbo 2.1.5, except that arithmetic coding is not supported.</remarks>
internal sealed class JpegHeaderReader
{
    private readonly JpegInput _input;
    private readonly JpegFrame _frame;
    private readonly JpegTables _tables;

    public JpegHeaderReader(JpegInput input, JpegFrame frame, JpegTables tables)
    {
        _input = input;
        _frame = frame;
        _tables = tables;
    }

    /// <summary>Reads the start-of-image marker.</summary>
    public void ReadStart()
    {
        ReadOnlySpan<byte> start = _input.Remaining;
        if (start.Length < 2)
        {
            throw JpegErrors.Truncated();
        }

        if (start[0] != 0xFF || start[1] != JpegMarker.Soi)
        {
            throw JpegErrors.Malformed("it does not begin with the start-of-image marker FF D8");
        }

        _input.Skip(2);
    }

    /// <summary>Reads segments up to the next scan or the end of the image.</summary>
    /// <param name="scan">Receives the header of the scan.</param>
    /// <returns><see langword="true"/> if a scan follows; <see langword="false"/> if the image ends.</returns>
    public bool ReadUntilScan(JpegScan scan)
    {
        while (true)
        {
            if (_input.PendingMarker == 0)
            {
                _input.FindMarker();
            }

            int marker = _input.PendingMarker;
            _input.PendingMarker = 0;
            switch (marker)
            {
                case JpegMarker.Sos:
                    if (!_frame.HasFrame)
                    {
                        throw JpegErrors.Malformed("a scan comes before the frame header");
                    }

                    scan.Read(_input, _frame);
                    return true;
                case JpegMarker.Eoi:
                    return false;
                default:
                    ReadSegment(marker);
                    break;
            }
        }
    }

    /// <summary>
    /// Reads the segments after the only scan. All pixels have been decoded by then, so a missing or truncated rest is accepted.
    /// </summary>
    public void ReadTrailer()
    {
        while (_input.PendingMarker != 0 || _input.TryFindMarker())
        {
            int marker = _input.PendingMarker;
            _input.PendingMarker = 0;
            if (marker == JpegMarker.Sos)
            {
                throw JpegErrors.Malformed("a second scan follows a scan that has all components");
            }

            bool skippable = marker is (>= JpegMarker.App0 and <= JpegMarker.App15) or JpegMarker.Com or JpegMarker.Dnl;
            if (marker == JpegMarker.Eoi || (skippable && !_input.HasBody))
            {
                return;
            }

            ReadSegment(marker);
        }
    }

    private void ReadSegment(int marker)
    {
        switch (marker)
        {
            case JpegMarker.Sof0 or JpegMarker.Sof1 or JpegMarker.Sof2:
                ReadFrame(marker);
                break;
            case JpegMarker.Dht:
                _tables.ReadHuffman(ReadBody());
                break;
            case JpegMarker.Dqt:
                _tables.ReadQuantization(ReadBody());
                break;
            case JpegMarker.Dri:
                ReadOnlySpan<byte> interval = ReadBody();
                _frame.RestartInterval = interval.Length == 2
                    ? (interval[0] << 8) | interval[1]
                    : throw JpegErrors.Malformed("the segment with the restart interval has the wrong length");
                break;
            case >= JpegMarker.App0 and <= JpegMarker.App15:
                ReadApplication(marker, ReadBody());
                break;
            case JpegMarker.Com or JpegMarker.Dnl or JpegMarker.Dac:
                ReadBody();
                break;
            case >= JpegMarker.Rst0 and <= JpegMarker.Rst7 or JpegMarker.Tem:
                break;
            case JpegMarker.Sof9 or JpegMarker.Sof10:
                throw JpegErrors.Unsupported("arithmetic coding");
            case JpegMarker.Jpg or (> JpegMarker.Sof2 and <= JpegMarker.Sof15):
                throw JpegErrors.Unsupported($"lossless or hierarchical coding, or arithmetic coding (frame marker FF {marker:X2})");
            case JpegMarker.Soi:
                throw JpegErrors.Malformed("it has a second start-of-image marker");
            default:
                throw JpegErrors.Malformed($"it has the unknown marker FF {marker:X2}");
        }
    }

    private ReadOnlySpan<byte> ReadBody()
    {
        int length = _input.ReadUInt16();
        return length > 2 ? _input.Read(length - 2) : [];
    }

    private void ReadApplication(int marker, ReadOnlySpan<byte> body)
    {
        switch (marker)
        {
            case JpegMarker.App0 when body.Length >= 14 && body.StartsWith("JFIF\0"u8):
                _frame.HasJfif = true;
                break;
            case JpegMarker.App1 when !_frame.HasExif && body.StartsWith("Exif\0"u8):
                _frame.HasExif = true;
                if (ExifOrientation.TryFind(body, out int orientation))
                {
                    _frame.HasExifOrientation = true;
                    _frame.Orientation = orientation;
                }

                break;
            case JpegMarker.App1 when !_frame.HasExifOrientation && body.StartsWith("http://ns.adobe.com/xap/1.0/\0"u8):
                _frame.Orientation = XmpOrientation.Find(body);
                break;
            case JpegMarker.App14 when body.Length >= 12 && body.StartsWith("Adobe"u8):
                _frame.HasAdobe = true;
                _frame.AdobeTransform = body[11];
                break;
            default:
                break;
        }
    }

    private void ReadFrame(int marker)
    {
        ReadOnlySpan<byte> body = ReadBody();
        if (body.Length < 6)
        {
            throw JpegErrors.Malformed("the frame header is too short");
        }

        if (_frame.HasFrame)
        {
            throw JpegErrors.Malformed("it has a second frame header");
        }

        int precision = body[0];
        _frame.Progressive = marker == JpegMarker.Sof2;
        _frame.Height = (body[1] << 8) | body[2];
        _frame.Width = (body[3] << 8) | body[4];
        int count = body[5];
        if (precision != 8)
        {
            throw JpegErrors.Unsupported($"{precision} bits per sample");
        }

        if (_frame.Width == 0 || _frame.Height == 0 || count == 0)
        {
            throw JpegErrors.Malformed($"the frame header states {_frame.Width} × {_frame.Height} pixels and {count} components");
        }

        if (body.Length != 6 + (3 * count))
        {
            throw JpegErrors.Malformed("the frame header has the wrong length");
        }

        if (count is not (1 or 3 or 4))
        {
            throw JpegErrors.Unsupported($"{count} components");
        }

        _frame.ComponentCount = count;
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> entry = body.Slice(6 + (3 * i), 3);
            JpegComponent component = _frame.Components[i];
            component.Id = entry[0];
            component.HorizontalSampling = entry[1] >> 4;
            component.VerticalSampling = entry[1] & 15;
            component.QuantizationIndex = entry[2];
            if (component.HorizontalSampling is 0 or > 4 || component.VerticalSampling is 0 or > 4)
            {
                throw JpegErrors.Malformed(
                    $"a component has the sampling factors {component.HorizontalSampling} × {component.VerticalSampling}; " +
                    "1 to 4 are allowed");
            }
        }

        _frame.HasFrame = true;
        _frame.SetUp();
    }
}
