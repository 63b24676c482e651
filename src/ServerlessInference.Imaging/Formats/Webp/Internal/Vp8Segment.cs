namespace ServerlessInference.Imaging.Formats.Webp;

/// <summary>The settings of one of up to four segments of an image.</summary>
internal struct Vp8Segment
{
    /// <summary>The quantizer as stored: an index, or what is added to the index of the frame.</summary>
    public int Quantizer;

    /// <summary>The filter level as stored: a level, or what is added to the level of the frame.</summary>
    public int FilterLevel;

    /// <summary>The factors of the DC and AC coefficients of brightness, of the DCs of brightness, and of colour.</summary>
    public int YDc, YAc, Y2Dc, Y2Ac, UvDc, UvAc;

    /// <summary>The filter of macroblocks with one prediction, and with a prediction per 4x4 block.</summary>
    public Vp8FilterStrength Whole, Split;
}
