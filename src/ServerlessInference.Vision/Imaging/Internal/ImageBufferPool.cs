namespace ServerlessInference.Vision.Imaging.Internal;

/// <summary>Keeps decoded images' memory from one to the next, for as many simultaneous images as the processor has threads. Thread-safe.</summary>
internal sealed class ImageBufferPool
{
    private readonly ImageBuffer?[] _idle = new ImageBuffer?[Math.Clamp(Environment.ProcessorCount, 1, 64)];

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
