namespace ServerlessInference.Imaging.Formats.Jpeg;

/// <summary>The working memory for decoding one image. It is reused, so that decoding in a steady state allocates nothing.</summary>
internal sealed unsafe class JpegDecodeState
{
    private readonly JpegInput _input = new();
    private readonly JpegFrame _frame = new();
    private readonly JpegTables _tables = new();
    private readonly JpegScan _scan = new();
    private readonly JpegHeaderReader _reader;
    private readonly OutputStage _output;
    private readonly SinglePassScan _singlePass;
    private readonly MultiScan _multiScan;

    public JpegDecodeState()
    {
        var window = new EntropyWindow(_input);
        var layout = new ScanLayout();
        _reader = new JpegHeaderReader(_input, _frame, _tables);
        _output = new OutputStage(_frame);
        _singlePass = new SinglePassScan(_frame, _scan, window, layout);
        _multiScan = new MultiScan(_frame, _scan, window, layout);
    }

    /// <summary>Reads the header of an image.</summary>
    /// <param name="encoded">The encoded image.</param>
    /// <returns>The size and orientation that the header states.</returns>
    public ImageInfo Identify(ReadOnlySpan<byte> encoded)
    {
        fixed (byte* data = encoded)
        {
            try
            {
                ReadHeader(data, encoded.Length);
                bool swap = OrientationTransform.SwapsSides(_frame.Orientation);
                return new ImageInfo(
                    ImageFormat.Jpeg, swap ? _frame.Height : _frame.Width, swap ? _frame.Width : _frame.Height, _frame.Orientation);
            }
            finally
            {
                _input.Close();
            }
        }
    }

    /// <summary>Decodes an image.</summary>
    /// <param name="encoded">The encoded image.</param>
    /// <param name="options">The options.</param>
    /// <param name="destination">Receives the pixels.</param>
    public void Decode(ReadOnlySpan<byte> encoded, ImageDecodeOptions options, ImageBuffer destination)
    {
        ImageLimits.CheckEncoded(encoded.Length, options);
        fixed (byte* data = encoded)
        {
            try
            {
                ReadHeader(data, encoded.Length);
                ImageLimits.CheckSize("JPEG", _frame.Width, _frame.Height, options);
                _frame.SetScale(JpegScale.Choose(_frame.Width, _frame.Height, options.ScaleToShorterSide));
                DecodePixels(options, destination);
            }
            finally
            {
                _input.Close();
                _multiScan.Trim();
            }
        }
    }

    private void ReadHeader(byte* data, int length)
    {
        _frame.Reset();
        _tables.Reset();
        _input.Open(data, length);
        _reader.ReadStart();
        if (!_reader.ReadUntilScan(_scan))
        {
            throw JpegErrors.Malformed("it contains only tables and no image");
        }
    }

    private void DecodePixels(ImageDecodeOptions options, ImageBuffer destination)
    {
        if (!_frame.Progressive)
        {
            _tables.DefineStandardHuffman();
        }

        bool multiScan = _frame.Progressive || _scan.ComponentCount < _frame.ComponentCount;
        if (multiScan)
        {
            _multiScan.ReadScans(_reader, _tables, options.MaxProgressiveScans);
        }
        else
        {
            _singlePass.Begin(_tables);
        }

        int orientation = options.ApplyOrientation ? _frame.Orientation : ExifOrientation.Normal;
        _output.Begin(orientation);
        bool swap = OrientationTransform.SwapsSides(orientation);
        destination.Resize(swap ? _frame.OutputHeight : _frame.OutputWidth, swap ? _frame.OutputWidth : _frame.OutputHeight);
        fixed (byte* target = destination.Pixels)
        {
            for (int row = 0; row < _frame.McuRows; row++)
            {
                if (multiScan)
                {
                    _multiScan.DecodeRow(row);
                }
                else
                {
                    _singlePass.DecodeRow(row);
                }

                _output.Write(row, target);
            }
        }

        if (!multiScan)
        {
            _singlePass.CheckEnd();
            _reader.ReadTrailer();
        }
    }
}
