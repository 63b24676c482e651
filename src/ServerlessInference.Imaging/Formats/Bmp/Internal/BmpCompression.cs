namespace ServerlessInference.Imaging.Formats.Bmp;

/// <summary>How the pixels of a BMP are stored: the values of the field biCompression that the decoder supports.</summary>
internal enum BmpCompression
{
    /// <summary>Rows of pixels, padded to four bytes.</summary>
    None = 0,

    /// <summary>Run-length encoding with 8 bits per pixel.</summary>
    Rle8 = 1,

    /// <summary>Run-length encoding with 4 bits per pixel.</summary>
    Rle4 = 2,

    /// <summary>Rows of pixels whose colours are where the masks of the header say.</summary>
    BitFields = 3,
}
