using ServerlessInference.Imaging;

namespace ServerlessInference.Vision;

/// <summary>Pools the memory of decoded images, at most one buffer per hardware thread. Thread-safe.</summary>
internal sealed class ImageBufferPool
{
    private readonly ImageBuffer?[] _idle = new ImageBuffer?[Math.Clamp(Environment.ProcessorCount, 1, 64)];

    // Exchanging array slots needs no lock and no allocation. A caller that finds every slot empty gets a new buffer, and a buffer that
    // finds no empty slot is left to the garbage collector.
    public ImageBuffer Rent()
    {
        for (int i = 0; i < _idle.Length; i++)
        {
            if (Interlocked.Exchange(ref _idle[i], null) is { } buffer)
            {
                return buffer;
            }
        }

        return new ImageBuffer();
    }

    public void Return(ImageBuffer buffer)
    {
        for (int i = 0; i < _idle.Length; i++)
        {
            if (Interlocked.CompareExchange(ref _idle[i], buffer, null) is null)
            {
                return;
            }
        }
    }
}
