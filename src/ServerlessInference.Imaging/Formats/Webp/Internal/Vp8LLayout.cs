namespace ServerlessInference.Imaging.Formats.Webp;

/// <summary>How the pixels of a lossless picture are laid out and coded.</summary>
internal readonly unsafe struct Vp8LLayout(int width, int height, uint* groupImage, int groupBits, uint* cache, int cacheBits)
{
    public readonly int Width = width;
    public readonly int Height = height;

    /// <summary>The index of the group of codes of each tile; <see langword="null"/> if there is one group.</summary>
    public readonly uint* GroupImage = groupImage;

    /// <summary>The binary logarithm of the side of a tile.</summary>
    public readonly int GroupBits = groupBits;

    /// <summary>The cache of recent colours; <see langword="null"/> without one.</summary>
    public readonly uint* Cache = cache;

    public readonly int CacheBits = cacheBits;
}
