namespace ServerlessInference.Imaging.Formats.Jpeg;

/// <summary>The marker codes, which are the byte after 0xFF (ITU-T T.81, table B.1).</summary>
internal static class JpegMarker
{
    public const int Tem = 0x01;
    public const int Sof0 = 0xC0;
    public const int Sof1 = 0xC1;
    public const int Sof2 = 0xC2;
    public const int Sof9 = 0xC9;
    public const int Sof10 = 0xCA;
    public const int Dht = 0xC4;
    public const int Jpg = 0xC8;
    public const int Dac = 0xCC;
    public const int Sof15 = 0xCF;
    public const int Rst0 = 0xD0;
    public const int Rst7 = 0xD7;
    public const int Soi = 0xD8;
    public const int Eoi = 0xD9;
    public const int Sos = 0xDA;
    public const int Dqt = 0xDB;
    public const int Dnl = 0xDC;
    public const int Dri = 0xDD;
    public const int App0 = 0xE0;
    public const int App1 = 0xE1;
    public const int App14 = 0xEE;
    public const int App15 = 0xEF;
    public const int Com = 0xFE;
}
